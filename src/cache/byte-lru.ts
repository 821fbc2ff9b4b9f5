import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import { PerIdentity } from '../identity/per-identity.ts';
import { type Entry, LruList } from './lru-list.ts';

/** No identity takes more than this share of what is kept in all. */
const IDENTITY_SHARE = 0.75;
/** How often what has expired is looked for. */
const SWEEP_EVERY_MS = 1_000;

/** What was read by one call and is to be kept. */
export interface Cacheable {
  /** About what it takes in memory. */
  readonly bytes: number;
  /** When it is of no use any more, on the clock of `performance.now()`. */
  readonly expiresAtMs: number;
  /** Told when it may not be used any more. */
  readonly forget: () => void;
}

class Owner {
  readonly answers = new LruList<LruAnswer>();
  bytes = 0;
}

/** What was read by one call, as long as it is kept. */
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

/** Bounds in bytes what is kept, in all and for each identity: what was not used for longest goes first. */
export class ByteLru {
  readonly #maxBytes: number;
  readonly #owners = new PerIdentity(
    () => new Owner(),
    ({ bytes }) => bytes === 0,
  );
  readonly #answers = new LruList<LruAnswer>();
  #bytes = 0;
  #sweepAtMs = 0;

  /** With 0 nothing is kept. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** What all that is kept takes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Keeps an answer; null when it is larger than what may be kept for one identity. */
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

  /** It takes another amount of memory from now on. False, and nothing changes, when that is more than may be kept for one identity. */
  resize(answer: LruAnswer, bytes: number): boolean {
    if (bytes > this.#maxBytes * IDENTITY_SHARE) return false;
    if (!answer.isKept) return true;
    this.touch(answer);
    this.#grow(answer, bytes - answer.bytes);
    answer.bytes = bytes;
    return true;
  }

  /** It was used just now. */
  touch(answer: LruAnswer): void {
    if (!answer.isKept) return;
    this.#answers.touch(answer.ofAll);
    answer.owner.answers.touch(answer.ofOwner);
  }

  /** Forgets one answer. */
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

  /** Makes room for what the latest answer takes more. */
  #grow({ owner }: LruAnswer, bytes: number): void {
    owner.bytes += bytes;
    this.#bytes += bytes;
    while (owner.bytes > this.#maxBytes * IDENTITY_SHARE) this.#removeOldest(owner.answers);
    while (this.#bytes > this.#maxBytes) this.#removeOldest(this.#answers);
  }

  #removeOldest(answers: LruList<LruAnswer>): void {
    const { oldest } = answers;
    if (oldest === undefined) throw new TypeError('What takes room is in the list.');
    this.remove(oldest);
  }

  #sweep(): void {
    const nowMs = performance.now();
    if (nowMs < this.#sweepAtMs) return;
    this.#sweepAtMs = nowMs + SWEEP_EVERY_MS;
    for (const answer of this.#answers) if (answer.keepable.expiresAtMs <= nowMs) this.remove(answer);
  }
}
