import type { Deadline } from '../lib/deadline.ts';
import type { AnswerAccount } from './answer-account.ts';

/**
 * Memory of one field of an answer while it is made and written, about, in bytes. Measured on 2026-11-30 with Node 26: 16 to 72
 * for a completed field, some 27 for its text in the widest answers, and 750 for a leaf that is still a promise, of which the
 * resolvers give few.
 */
export const BYTES_PER_FIELD = 128;

/**
 * One answer's part of the account: reserved by its planned fields before it is made, grown when it gets larger, changed to
 * its real bytes when it is written, and given back when its client has read it. Each event of a subscription is an answer of
 * its own, in the same object.
 */
export class AnswerInFlight {
  readonly #account: AnswerAccount;
  readonly #deadline: Deadline;
  #plannedFields = 0;
  #bytes = 0;
  #dataLength: number | null = null;

  constructor(account: AnswerAccount, deadline: Deadline) {
    this.#account = account;
    this.#deadline = deadline;
  }

  /** Upper bound of the bytes of all answers in flight. */
  get capacity(): number {
    return this.#account.capacity;
  }

  /** Notes how many fields the answer is going to have by its plan. */
  plan(fields: number): void {
    this.#plannedFields = fields;
  }

  /** Notes the length of the data's JSON text, about, in UTF-16 code units. */
  made(dataLength: number): void {
    this.#dataLength = dataLength;
  }

  /** What `made` has noted since the last call, as each event has its own; null when it has noted nothing. */
  takeDataLength(): number | null {
    const length = this.#dataLength;
    this.#dataLength = null;
    return length;
  }

  /** Reserves room for the planned fields. False, after a wait, when there is none: the answer must not be made. */
  reserve(): boolean | Promise<boolean> {
    const bytes = this.#account.reservable(this.#plannedFields * BYTES_PER_FIELD);
    const isAdmitted = this.#account.admit(bytes, this.#deadline);
    if (isAdmitted === true) this.#bytes = bytes;
    if (!(isAdmitted instanceof Promise)) return isAdmitted;
    return isAdmitted.then((isAdmittedLater) => {
      if (isAdmittedLater) this.#bytes = bytes;
      return isAdmittedLater;
    });
  }

  /** Makes room for the fields that the answer has so far, in all. False when there is none: the answer has to end. */
  grow(fields: number): boolean {
    return this.growTo(fields * BYTES_PER_FIELD);
  }

  /** Makes room for the bytes that are written so far, in all. False when there is none: the answer has to end. */
  growTo(bytes: number): boolean {
    return bytes <= this.#bytes || this.#changeTo(bytes);
  }

  /** Keeps no more room than for these bytes: the answer is made, and they are what is left of it. */
  shrinkTo(bytes: number): void {
    if (bytes < this.#bytes) this.#changeTo(bytes);
  }

  /** Gives the room back: the client has read the answer, or nobody will. */
  release(): void {
    this.shrinkTo(0);
  }

  #changeTo(bytes: number): boolean {
    const isChanged = this.#account.change(this.#bytes, bytes);
    if (isChanged) this.#bytes = bytes;
    return isChanged;
  }
}
