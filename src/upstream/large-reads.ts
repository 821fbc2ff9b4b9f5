import type { CallerKey } from '../identity/caller.ts';
import { HUGE_BYTES } from '../lib/slices.ts';
import { MAX_ANSWER_BYTES } from './http/exchange.ts';
import { FairQueue, type WaitingCall } from './quota/fair-queue.ts';

/**
 * Most bytes of huge answers that are read at once, in all: as many as the largest answer has. One of 32 MiB takes some 150 MB
 * while it is received and parsed.
 */
export const MAX_HUGE_BYTES = MAX_ANSWER_BYTES;
/** The same for other large answers: the lists of ordinary campaigns do not wait for huge ones. */
export const MAX_LARGE_BYTES = MAX_ANSWER_BYTES / 2;
/**
 * Bytes that an answer of unknown length counts, among the huge ones: two are read at once, so that a slow one does not hold up
 * all others.
 */
export const UNKNOWN_LENGTH_BYTES = MAX_HUGE_BYTES / 2;

/** Read of a large answer. */
export class LargeRead implements WaitingCall {
  readonly party: CallerKey;
  readonly isList: boolean;
  /** Bytes of the answer; those of one of unknown length are estimated. */
  readonly bytes: number;
  /** True while there is room for the read. */
  hasRoom = false;
  /** Called when there is room for the read; null before it waits for it. */
  letIn: (() => void) | null = null;

  /** @param length Bytes of the answer; null when they are unknown. */
  constructor(caller: CallerKey, isList: boolean, length: number | null) {
    this.party = caller;
    this.isList = isList;
    this.bytes = length ?? UNKNOWN_LENGTH_BYTES;
  }
}

/**
 * Room for large answers of the upstream, for all identities together: further answers are not received until there is room, so
 * that their memory is bounded. Callers take turns, so that one with many large reads does not hold up the others. A waiting
 * read keeps its connection and its time limit.
 */
export class LargeReads {
  readonly #huge = new ReadingRoom(MAX_HUGE_BYTES);
  readonly #large = new ReadingRoom(MAX_LARGE_BYTES);

  /** Resolves when there is room for the read, which keeps it until `leave`. */
  enter(read: LargeRead): Promise<void> {
    return this.#roomFor(read).enter(read);
  }

  /** Gives back the room of a read, or its turn to get it. */
  leave(read: LargeRead): void {
    this.#roomFor(read).leave(read);
  }

  #roomFor({ bytes }: LargeRead): ReadingRoom {
    return bytes > HUGE_BYTES ? this.#huge : this.#large;
  }
}

/** Room for some bytes. */
class ReadingRoom {
  readonly #waiting = new FairQueue<LargeRead>();
  #freeBytes: number;

  constructor(bytes: number) {
    this.#freeBytes = bytes;
  }

  enter(read: LargeRead): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    read.letIn = resolve;
    this.#waiting.add(read);
    this.#fill();
    return promise;
  }

  leave(read: LargeRead): void {
    if (read.hasRoom) {
      read.hasRoom = false;
      this.#freeBytes += read.bytes;
    } else if (!this.#waiting.remove(read)) return;
    this.#fill();
  }

  /** Lets in those whose turn it is. A smaller one does not overtake one that does not fit yet. */
  #fill(): void {
    for (;;) {
      const next = this.#waiting.peek();
      if (next === undefined || next.bytes > this.#freeBytes) return;
      this.#waiting.take();
      this.#freeBytes -= next.bytes;
      next.hasRoom = true;
      next.letIn?.();
    }
  }
}
