import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import { PerIdentity } from '../identity/per-identity.ts';
import type { Clock } from '../lib/clock.ts';
import { type Entry, LruList } from './lru-list.ts';

/** Largest share of the total bound that one identity may take. */
const IDENTITY_SHARE = 0.75;
/** Least time between two sweeps for expired answers. */
const SWEEP_EVERY_MS = 1_000;

/** Result of one call, to be kept in memory. */
export interface Cacheable {
  /** Approximate size in memory. */
  readonly bytes: number;
  /** Expiry, on the monotonic clock. */
  readonly expiresAtMs: number;
  /** Called on removal; the result must not be used any more. */
  readonly forget: () => void;
}

class Owner {
  readonly answers = new LruList<LruAnswer>();
  bytes = 0;
}

/** Entry of one result; `isKept` turns false on removal. */
export class LruAnswer {
  readonly keepable: Cacheable;
  bytes: number;
  readonly owner: Owner;
  readonly ofOwner: Entry<LruAnswer>;
  readonly ofAll: Entry<LruAnswer>;
  isKept = true;

  constructor(keepable: Cacheable, owner: Owner, all: LruList<LruAnswer>) {
    this.keepable = keepable;
    this.bytes = keepable.bytes;
    this.owner = owner;
    this.ofOwner = owner.answers.add(this);
    this.ofAll = all.add(this);
  }
}

/** LRU bounded in bytes, in total and per identity. Evicts the least recently used answer first. */
export class ByteLru {
  readonly #clock: Clock;
  readonly #maxBytes: number;
  readonly #owners = new PerIdentity(
    () => new Owner(),
    ({ bytes }) => bytes === 0,
  );
  readonly #answers = new LruList<LruAnswer>();
  #bytes = 0;
  #sweepAtMs = 0;

  /** `maxBytes` of 0 keeps nothing. */
  constructor(clock: Clock, maxBytes: number) {
    this.#clock = clock;
    this.#maxBytes = maxBytes;
  }

  /** Size of all answers kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds an answer; null when it is larger than the share of one identity. */
  add(identity: UpstreamIdentity, keepable: Cacheable): LruAnswer | null {
    const { bytes } = keepable;
    const most = this.#maxBytes * IDENTITY_SHARE;
    if (bytes > most) return null;
    this.#sweep();
    const owner = this.#owners.of(identity);
    const answer = new LruAnswer(keepable, owner, this.#answers);
    this.#grow(answer, bytes);
    return answer;
  }

  /** Changes the size of an answer. False, with nothing changed, when it exceeds the share of one identity. */
  resize(answer: LruAnswer, bytes: number): boolean {
    if (bytes > this.#maxBytes * IDENTITY_SHARE) return false;
    if (!answer.isKept) return true;
    this.touch(answer);
    this.#grow(answer, bytes - answer.bytes);
    answer.bytes = bytes;
    return true;
  }

  /** Marks an answer as used just now. */
  touch(answer: LruAnswer): void {
    if (!answer.isKept) return;
    this.#answers.touch(answer.ofAll);
    answer.owner.answers.touch(answer.ofOwner);
  }

  /** Removes an answer and calls its `forget`. */
  remove(answer: LruAnswer): void {
    if (!answer.isKept) return;
    answer.isKept = false;
    const { owner, keepable, bytes } = answer;
    this.#answers.remove(answer.ofAll);
    owner.answers.remove(answer.ofOwner);
    owner.bytes -= bytes;
    this.#bytes -= bytes;
    keepable.forget();
  }

  /** Counts bytes for the latest answer, then evicts the oldest answers until the bounds hold. */
  #grow({ owner }: LruAnswer, bytes: number): void {
    owner.bytes += bytes;
    this.#bytes += bytes;
    while (owner.bytes > this.#maxBytes * IDENTITY_SHARE) this.#removeOldest(owner.answers);
    while (this.#bytes > this.#maxBytes) this.#removeOldest(this.#answers);
  }

  #removeOldest(answers: LruList<LruAnswer>): void {
    const { oldest } = answers;
    if (oldest === undefined) throw new TypeError('Bytes are counted, but the list is empty.');
    this.remove(oldest);
  }

  #sweep(): void {
    const nowMs = this.#clock.now();
    if (nowMs < this.#sweepAtMs) return;
    this.#sweepAtMs = nowMs + SWEEP_EVERY_MS;
    for (const answer of this.#answers) if (answer.keepable.expiresAtMs <= nowMs) this.remove(answer);
  }
}
