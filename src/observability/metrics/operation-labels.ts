import type { Clock } from '../../lib/clock.ts';
import type { RequestRecord } from '../requests/record.ts';

/** Upper bound of names when no trusted names are given. */
export const MOST_NAMES = 50;
/** Upper bound of names whose uses are counted, in order to find the most used. */
export const MOST_COUNTED = 500;
/** Time after which earlier uses count half. */
const HALF_LIFE_MS = 600_000;
/** A name takes the label of another when it is used so many times as often, so that labels do not change all the time. */
const TIMES_AS_OFTEN = 2;

export interface OperationLabelsOptions {
  readonly clock: Clock;
  /** Names that are labels, and the only ones. @default the most used */
  readonly trusted?: ReadonlySet<string> | undefined;
  /** Called with a name that is no label any more. */
  readonly onDropped: (name: string) => void;
}

/**
 * Labels of requests' operations. Their number is bounded, although clients can name operations freely: the trusted names,
 * or those that are used most for data of the upstream; `other` for the rest, `anonymous` without a name that may be logged,
 * and `none` without a parsed document.
 *
 * Only requests that came to data count, which takes a credential that was accepted. Uses are counted for a bounded number of
 * names by the algorithm of Misra and Gries: when a further name comes, each count falls by one, so that names which are used
 * once never displace those that are used often.
 */
export class OperationLabels {
  readonly #clock: Clock;
  readonly #trusted: ReadonlySet<string> | undefined;
  readonly #onDropped: (name: string) => void;
  readonly #labels = new Set<string>();
  #uses = new Map<string, number>();
  #halvedAtMs: number;

  constructor({ clock, trusted, onDropped }: OperationLabelsOptions) {
    this.#clock = clock;
    this.#trusted = trusted;
    this.#onDropped = onDropped;
    this.#halvedAtMs = clock.now();
  }

  /** `wasAnswered` is true for an answer without errors. */
  of({ hasOperation, operationName: name, requester }: RequestRecord, wasAnswered: boolean): string {
    if (!hasOperation) return 'none';
    if (name === undefined) return 'anonymous';
    if (this.#trusted !== undefined) return this.#trusted.has(name) ? name : 'other';
    if (wasAnswered && requester !== undefined && requester.usage.cameToData) this.#count(name);
    return this.#labels.has(name) ? name : 'other';
  }

  #count(name: string): void {
    this.#halve();
    const known = this.#uses.get(name);
    if (known === undefined && this.#uses.size >= MOST_COUNTED) return this.#countDown();
    const uses = (known ?? 0) + 1;
    this.#uses.set(name, uses);
    if (this.#labels.has(name)) return;
    if (this.#labels.size >= MOST_NAMES) {
      const least = this.#leastUsed();
      if (uses < TIMES_AS_OFTEN * Math.max(1, this.#uses.get(least) ?? 0)) return;
      this.#labels.delete(least);
      this.#onDropped(least);
    }
    this.#labels.add(name);
  }

  #leastUsed(): string {
    let least = '';
    let fewest = Infinity;
    for (const name of this.#labels) {
      const uses = this.#uses.get(name) ?? 0;
      if (uses < fewest) [least, fewest] = [name, uses];
    }
    return least;
  }

  #countDown(): void {
    this.#change((uses) => uses - 1);
  }

  #halve(): void {
    const times = Math.floor((this.#clock.now() - this.#halvedAtMs) / HALF_LIFE_MS);
    if (times === 0) return;
    this.#halvedAtMs += times * HALF_LIFE_MS;
    this.#change((uses) => uses / 2 ** times);
  }

  #change(changed: (uses: number) => number): void {
    const left = new Map<string, number>();
    for (const [name, uses] of this.#uses) {
      const now = changed(uses);
      if (now >= 0.5) left.set(name, now);
    }
    this.#uses = left;
  }
}
