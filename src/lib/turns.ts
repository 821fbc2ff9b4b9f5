import type { Clock } from './clock.ts';

/** Longest time that long work holds the event loop before others have it, in milliseconds. */
const SLICE_MS = 10;
/**
 * The same for short work, such as ordinary answers. It is better finished: whatever is half done stays in memory, and with 16
 * clients at once all of it would be (`BENCH_SCENARIO=cold`: a third more CPU time, for garbage collection).
 */
const LONGEST_SLICE_MS = 250;

/** Waiting parts of one owner. They are read by position: `shift` would move the rest of a long array each time. */
interface Queue {
  readonly resolvers: (() => void)[];
  at: number;
}

/**
 * Turns of the event loop, shared by all long work of the process: execution, writing, parsing. Work that asks `isOver` at
 * short intervals, and waits for `next` when it is, never holds the loop much longer than a slice, however much of it there is.
 */
export class Turns {
  readonly #clock: Clock;
  /** Start of the slice; undefined when nothing has worked in this turn of the loop. */
  #startedMs: number | undefined;
  /** Queues of owners in the order of their turns, so that one with much to do does not hold up the others. */
  readonly #waiting = new Map<object, Queue>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * True when the slice is used up, by whatever work. Reads the clock: ask after some hundred small steps.
   *
   * @param isShort True for work that is over within some milliseconds.
   */
  isOver(isShort = false): boolean {
    const nowMs = this.#clock.now();
    if (this.#startedMs === undefined) {
      this.#begin(nowMs);
      return false;
    }
    return nowMs - this.#startedMs >= (isShort ? LONGEST_SLICE_MS : SLICE_MS);
  }

  /** Resolves in a later turn of the loop, when it is the turn of this owner. Owners take turns, whatever each waits for. */
  next(owner: object): Promise<void> {
    return new Promise((resolve) => {
      const queue = this.#waiting.get(owner);
      if (queue === undefined) this.#waiting.set(owner, { resolvers: [resolve], at: 0 });
      else queue.resolvers.push(resolve);
      if (this.#startedMs === undefined) this.#begin(this.#clock.now());
    });
  }

  #begin(nowMs: number): void {
    this.#startedMs = nowMs;
    setImmediate(() => void this.#turn());
  }

  /** First turn after the slice. The loop has polled for input before, because one immediate is scheduled at a time. */
  async #turn(): Promise<void> {
    this.#startedMs = undefined;
    while (this.#waiting.size > 0) {
      if (this.isOver()) return;
      this.#resolveOne();
      // The resolved work runs in microtasks that are queued before the one that continues here.
      // oxlint-disable-next-line eslint/no-await-in-loop -- one work after the other
      await Promise.resolve();
    }
  }

  #resolveOne(): void {
    for (const [owner, queue] of this.#waiting) {
      // An owner with more to do goes to the end.
      this.#waiting.delete(owner);
      const resolve = queue.resolvers[queue.at++];
      if (queue.at < queue.resolvers.length) this.#waiting.set(owner, queue);
      resolve?.();
      return;
    }
  }
}
