import { type Deadline, unlessAborted, withinDeadline } from './deadline.ts';
import type { UpstreamIdentity } from './identity.ts';
import { PerIdentity } from './per-identity.ts';
import type { UpstreamRead, UpstreamRequest } from './upstream-request.ts';
import type { WrittenRequest } from './written-request.ts';

/** A read under way, on behalf of everybody who waits for it. */
export interface SharedWork {
  /** Until when somebody wants the answer, on the clock of `performance.now()`; moves as others join and leave. */
  latestMs(): number;
  /** Aborts when nobody waits any more. */
  readonly signal: AbortSignal;
}

type Work = (shared: SharedWork) => Promise<UpstreamRead>;

/**
 * Makes one call of reads that are the same, of one identity, and under way at the same moment. Each who waits has a
 * deadline of its own and takes nothing from the others by leaving; the last one ends the call.
 */
export class SharedReads {
  readonly #underWay = new PerIdentity(
    () => new Map<string, SharedRead>(),
    ({ size }) => size === 0,
  );
  readonly #proofMs: number;
  readonly #live = new Set<SharedRead>();

  /** `proofMs` is how long after its beginning a read may still be joined. */
  constructor(proofMs: number) {
    this.#proofMs = proofMs;
  }

  /** What the read that is under way gives, or else `work`. Rejects with an `UpstreamError` at this deadline. */
  read(
    identity: UpstreamIdentity,
    request: WrittenRequest,
    deadline: Deadline,
    work: Work,
  ): Promise<UpstreamRead> {
    const reads = this.#underWay.of(identity);
    const { key } = request;
    let read = reads.get(key);
    if (read === undefined || performance.now() - read.startedAtMs > this.#proofMs || read.signal.aborted) {
      read = this.#begin(request, work, (over) => {
        if (reads.get(key) === over) reads.delete(key);
      });
      reads.set(key, read);
    }
    return read.join(deadline);
  }

  /** Nobody joins what was begun with a credential that the upstream does not accept any more. */
  drop(identity: UpstreamIdentity): void {
    this.#underWay.drop(identity);
  }

  /** The same for what these permissions cover, of which the upstream has denied one. */
  dropCovered(identity: UpstreamIdentity, permissions: readonly string[]): void {
    const reads = this.#underWay.of(identity);
    for (const [key, { request }] of reads) {
      if (request.permissions.some((permission) => permissions.includes(permission))) reads.delete(key);
    }
  }

  /** Ends everything under way; those who wait are told this reason. */
  abort(reason: Error): void {
    for (const read of this.#live) read.abort(reason);
  }

  #begin(request: UpstreamRequest, work: Work, over: (read: SharedRead) => void): SharedRead {
    const read = new SharedRead(request, work, () => {
      this.#live.delete(read);
      over(read);
    });
    this.#live.add(read);
    return read;
  }
}

class SharedRead implements SharedWork {
  readonly request: UpstreamRequest;
  readonly startedAtMs = performance.now();
  readonly #work: Work;
  readonly #onOver: () => void;
  readonly #waiting = new Set<{ readonly deadline: Deadline }>();
  readonly #controller = new AbortController();
  #answer: Promise<UpstreamRead> | undefined;

  constructor(request: UpstreamRequest, work: Work, onOver: () => void) {
    this.request = request;
    this.#work = work;
    this.#onOver = onOver;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  latestMs(): number {
    return Math.max(...[...this.#waiting].map(({ deadline }) => deadline.atMs));
  }

  /** Waits for the answer until the deadline; whoever is the first to wait begins the work. */
  async join(deadline: Deadline): Promise<UpstreamRead> {
    const waiter = { deadline };
    this.#waiting.add(waiter);
    try {
      return await withinDeadline(deadline, Infinity, (signal) => {
        this.#answer ??= this.#work(this).finally(this.#onOver);
        return unlessAborted(this.#answer, signal);
      });
    } finally {
      this.#waiting.delete(waiter);
      if (this.#waiting.size === 0) {
        this.#controller.abort();
        if (this.#answer === undefined) this.#onOver();
      }
    }
  }

  abort(reason: Error): void {
    this.#controller.abort(reason);
  }
}
