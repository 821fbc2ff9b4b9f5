import type { Deadline, Follower } from '../lib/deadline.ts';

/** Part of the capacity up to which an answer counts as small. */
const SMALL = 1 / 64;
/** Part of the capacity that is kept for small answers. */
const KEPT_FOR_SMALL = 1 / 4;

/** Answer that waits for room. */
interface Waiter extends Follower {
  readonly bytes: number;
  readonly admit: () => void;
}

/**
 * Account of the answers in flight, in bytes: those being made, those waiting to be sent and those not yet read. An answer is
 * admitted if there is room for it; otherwise it waits, first come, first served, until its deadline.
 *
 * Two lanes keep small answers from waiting behind large ones. Large answers together leave a quarter free; small ones may use
 * everything, but only that quarter while a large answer waits, so that neither lane starves the other. A large answer needs
 * no more than the room that all large ones have, so that one larger than the whole account is admitted when no other large
 * one is there.
 */
export class AnswerAccount {
  /** Upper bound of the bytes in flight. */
  readonly capacity: number;
  readonly #smallest: number;
  readonly #forLarge: number;
  #bytes = 0;
  #largeBytes = 0;
  #refused = 0;
  readonly #waitingSmall = new Set<Waiter>();
  readonly #waitingLarge = new Set<Waiter>();

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#smallest = capacity * SMALL;
    this.#forLarge = capacity * (1 - KEPT_FOR_SMALL);
  }

  /** Bytes of all answers in flight. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Number of answers that wait for room. */
  get waiting(): number {
    return this.#waitingSmall.size + this.#waitingLarge.size;
  }

  /** Number of answers that were refused for want of room. */
  get refused(): number {
    return this.#refused;
  }

  /** Bytes that are reserved for an answer which may need so many: no more than there can ever be room for. */
  reservable(bytes: number): number {
    return Math.min(bytes, this.#forLarge);
  }

  /**
   * Reserves `bytes`, at most `reservable`. False, after a wait, when the deadline has come before there was room, or the
   * client has gone.
   */
  admit(bytes: number, deadline: Deadline): boolean | Promise<boolean> {
    const lane = this.#isLarge(bytes) ? this.#waitingLarge : this.#waitingSmall;
    if (lane.size === 0 && this.#admits(bytes)) {
      this.#change(0, bytes);
      return true;
    }
    if (deadline.reason !== undefined) {
      this.#refuse(deadline);
      return false;
    }
    return new Promise((resolve) => {
      const waiter: Waiter = {
        bytes,
        admit: () => {
          deadline.leave(waiter);
          resolve(true);
        },
        over: () => {
          lane.delete(waiter);
          this.#refuse(deadline);
          resolve(false);
          // Without this waiter, those behind it may have room.
          this.#admitWaiting();
        },
      };
      lane.add(waiter);
      deadline.wait(waiter);
    });
  }

  /**
   * Changes what an admitted answer takes, at once: an answer that waited in the middle would keep its room from others. False,
   * and no change, when there is no room. The only large answer may grow beyond the account, as it may be admitted.
   */
  change(from: number, to: number): boolean {
    if (to > from && !this.#hasRoom(from, to)) {
      this.#refused += 1;
      return false;
    }
    this.#change(from, to);
    if (to < from) this.#admitWaiting();
    return true;
  }

  #hasRoom(from: number, to: number): boolean {
    const more = to - from;
    if (!this.#isLarge(to)) return this.#smallBytes + more <= this.#forSmall;
    const otherLarge = this.#largeBytes - this.#largePart(from);
    return otherLarge === 0 || (otherLarge + to <= this.#forLarge && this.#bytes + more <= this.capacity);
  }

  #admits(bytes: number): boolean {
    if (this.#isLarge(bytes)) {
      return this.#largeBytes + bytes <= this.#forLarge && this.#bytes + bytes <= this.capacity;
    }
    const room = this.#waitingLarge.size > 0 ? this.capacity - this.#forLarge : this.#forSmall;
    return this.#smallBytes + bytes <= room;
  }

  get #smallBytes(): number {
    return this.#bytes - this.#largeBytes;
  }

  /** Room that large answers leave to small ones: their quarter also when a large one has outgrown the account. */
  get #forSmall(): number {
    return this.capacity - Math.min(this.#largeBytes, this.#forLarge);
  }

  #admitWaiting(): void {
    // Small ones once more: they may use more than a quarter when no large one is left waiting.
    for (const lane of [this.#waitingSmall, this.#waitingLarge, this.#waitingSmall]) {
      for (const waiter of lane) {
        if (!this.#admits(waiter.bytes)) break;
        lane.delete(waiter);
        this.#change(0, waiter.bytes);
        waiter.admit();
      }
    }
  }

  #change(from: number, to: number): void {
    this.#bytes += to - from;
    this.#largeBytes += this.#largePart(to) - this.#largePart(from);
  }

  #largePart(bytes: number): number {
    return this.#isLarge(bytes) ? bytes : 0;
  }

  #isLarge(bytes: number): boolean {
    return bytes > this.#smallest;
  }

  #refuse({ isClientGone }: Deadline): void {
    if (!isClientGone) this.#refused += 1;
  }
}
