import type { ProfileName } from '../../src/sandbox/profile-names.ts';
import type { Sandbox } from '../../src/sandbox/start-sandbox.ts';
import { sum } from './sum.ts';
import type { Tally } from './tally.ts';

/** Counts of one period. */
export interface Happened {
  readonly requests: number;
  readonly withErrors: number;
  /** Upstream calls by status of the answer, logins included. */
  readonly answered: ReadonlyMap<number, number>;
}

/** Counts per profile over all of its turns; null stands for no profile. */
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

  /** Ends a turn: everything since the end of the previous turn counts for this profile. */
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

/** Sum of all rows. */
export function inAll(rows: Iterable<Happened>): Happened {
  return [...rows].reduce((all, row) => combined(all, row, 1), nothing);
}

/** Number of upstream calls with any status. */
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
