import type { CallerKey } from '../identity/caller.ts';
import { FairQueue, type WaitingCall } from './quota/fair-queue.ts';

/** Maximum large answers that are read at once. Each takes some 150 MB while it is received and parsed, at 32 MB. */
export const MAX_LARGE_READS = 2;

/** One read that may turn out to be large. */
export class LargeRead implements WaitingCall {
  readonly caller: CallerKey;
  readonly isList: boolean;
  /** True while the read has one of the places. */
  hasPlace = false;
  /** Called when the read gets its place; null before it waits for one. */
  letIn: (() => void) | null = null;

  constructor(caller: CallerKey, isList: boolean) {
    this.caller = caller;
    this.isList = isList;
  }
}

/**
 * Places for large answers of the upstream, for all identities together: further answers are not received until there is a
 * place, so that their memory is bounded. Callers take turns, so that one with many large reads does not hold up the others.
 * A waiting read keeps its connection and its time limit.
 */
export class LargeReads {
  readonly #waiting = new FairQueue<LargeRead>();
  #free = MAX_LARGE_READS;

  /** Resolves when there is a place for the read, which keeps the place until `leave`. */
  enter(read: LargeRead): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    read.letIn = resolve;
    this.#waiting.add(read);
    this.#fill();
    return promise;
  }

  /** Gives back the place of a read, or its turn to get one. */
  leave(read: LargeRead): void {
    if (!read.hasPlace) {
      this.#waiting.remove(read);
      return;
    }
    read.hasPlace = false;
    this.#free += 1;
    this.#fill();
  }

  #fill(): void {
    while (this.#free > 0) {
      const next = this.#waiting.take();
      if (next === undefined) return;
      this.#free -= 1;
      next.hasPlace = true;
      next.letIn?.();
    }
  }
}
