import type { ProfileName } from '../../src/sandbox/profiles.ts';
import type { Sandbox } from '../../src/sandbox/start-sandbox.ts';
import { sum } from './sum.ts';
import type { Tally } from './tally.ts';

/** What happened in some stretch of time. */
export interface Happened {
  readonly requests: number;
  readonly withErrors: number;
  /** Upstream calls by the status that they were answered with, logins included. */
  readonly answered: ReadonlyMap<number, number>;
}

/** What happened while each profile was in use, over all of its turns; null for none. */
export class ProfileRows {
  readonly #tally: Tally;
  readonly #sandbox: Pick<Sandbox, 'answered'>;
  readonly #rows = new Map<ProfileName | null, Happened>();
  #before: Happened;

  constructor(tally: Tally, sandbox: Pick<Sandbox, 'answered'>) {
    this.#tally = tally;
    this.#sandbox = sandbox;
    this.#before = this.#untilNow();
  }

  /** A turn of this profile is over: what came since the last one's end is its own. */
  endTurn(profile: ProfileName | null): void {
    const before = this.#before;
    this.#before = this.#untilNow();
    const turn = combined(this.#before, before, -1);
    const earlier = this.#rows.get(profile);
    this.#rows.set(profile, earlier === undefined ? turn : combined(earlier, turn, 1));
  }

  get rows(): ReadonlyMap<ProfileName | null, Happened> {
    return this.#rows;
  }

  #untilNow(): Happened {
    const { requests, withErrors } = this.#tally;
    return { requests, withErrors, answered: new Map(this.#sandbox.answered) };
  }
}

/** All of them together. */
export function inAll(rows: Iterable<Happened>): Happened {
  return [...rows].reduce((all, row) => combined(all, row, 1), nothing);
}

/** Upstream calls, whatever they were answered with. */
export function callsOf({ answered }: Happened): number {
  return sum(answered.values());
}

const nothing: Happened = { requests: 0, withErrors: 0, answered: new Map() };

function combined(a: Happened, b: Happened, sign: 1 | -1): Happened {
  const statuses = new Set([...a.answered.keys(), ...b.answered.keys()]);
  const countOf = (status: number) => (a.answered.get(status) ?? 0) + sign * (b.answered.get(status) ?? 0);
  return {
    requests: a.requests + sign * b.requests,
    withErrors: a.withErrors + sign * b.withErrors,
    answered: new Map([...statuses].map((status) => [status, countOf(status)])),
  };
}
