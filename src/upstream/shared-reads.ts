import type { UpstreamError } from '../errors.ts';
import { Cancellation, type Signal } from './cancellation.ts';
import { type Deadline, givenUp, type Waiter } from './deadline.ts';
import type { UpstreamIdentity } from './identity.ts';
import { PerIdentity } from './per-identity.ts';
import type { UpstreamRead } from './upstream-request.ts';
import type { WrittenRequest } from './written-request.ts';

/** A read under way, on behalf of everybody who waits for it. */
export interface SharedWork {
  /** Until when somebody wants the answer, on the clock of `performance.now()`; moves as others join and leave. */
  latestMs(): number;
  /** Aborts when nobody waits any more. */
  readonly signal: Signal;
}

/** Below this many deleted entries it is not worth to renew a map. */
const FEW = 64;

type Work = (shared: SharedWork) => Promise<UpstreamRead>;

/**
 * Makes one call of reads that are the same, of one identity, and under way at the same moment. Each who waits has a
 * deadline of its own and takes nothing from the others by leaving; the last one ends the call.
 */
export class SharedReads {
  readonly #underWay = new PerIdentity(
    () => new ReadsUnderWay(),
    ({ size }) => size === 0,
  );
  readonly #proofMs: number;
  /** Reads under way that nobody joins any more. */
  readonly #dropped = new Set<SharedRead>();

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
    const { reason } = deadline;
    if (reason !== undefined) return Promise.reject(reason);
    const reads = this.#underWay.of(identity);
    const underWay = reads.get(request);
    if (underWay !== undefined) {
      if (this.#mayBeJoined(underWay)) return underWay.join(deadline);
      this.#drop(underWay, reads);
    }
    const read = new SharedRead(request, () => {
      if (!reads.delete(read)) this.#dropped.delete(read);
    });
    reads.add(read);
    const answer = read.join(deadline);
    read.begin(work);
    return answer;
  }

  /** Nobody joins what was begun with a credential that the upstream does not accept any more. */
  drop(identity: UpstreamIdentity): void {
    const reads = this.#underWay.of(identity);
    for (const read of reads.values()) this.#drop(read, reads);
  }

  /** The same for what these permissions cover, of which the upstream has denied one. */
  dropCovered(identity: UpstreamIdentity, permissions: readonly string[]): void {
    const reads = this.#underWay.of(identity);
    for (const read of reads.values()) {
      if (read.request.permissions.some((permission) => permissions.includes(permission))) {
        this.#drop(read, reads);
      }
    }
  }

  /** Ends everything under way; those who wait are told this reason. */
  abort(reason: Error): void {
    for (const reads of this.#underWay.values()) for (const read of reads.values()) read.abort(reason);
    for (const read of this.#dropped) read.abort(reason);
  }

  #drop(read: SharedRead, reads: ReadsUnderWay): void {
    reads.delete(read);
    this.#dropped.add(read);
  }

  #mayBeJoined({ startedAtMs, signal }: SharedRead): boolean {
    return !signal.aborted && performance.now() - startedAtMs <= this.#proofMs;
  }
}

/** Those of one identity that may be joined. */
class ReadsUnderWay {
  #byKey = new Map<string, SharedRead>();
  #deleted = 0;

  get size(): number {
    return this.#byKey.size;
  }

  get({ key }: WrittenRequest): SharedRead | undefined {
    return this.#byKey.get(key);
  }

  add(read: SharedRead): void {
    this.#byKey.set(read.request.key, read);
  }

  /** False when it is not among them. */
  delete(read: SharedRead): boolean {
    const { key } = read.request;
    if (this.#byKey.get(key) !== read) return false;
    this.#byKey.delete(key);
    this.#deleted += 1;
    if (this.#deleted > Math.max(FEW, this.#byKey.size)) this.#renew();
    return true;
  }

  values(): Iterable<SharedRead> {
    return this.#byKey.values();
  }

  /**
   * Where a map lives long and its entries do not, V8 keeps what is long deleted: the tables that it has outgrown refer to
   * those that followed, and once such a one is old, only a full collection frees what hangs on it.
   */
  #renew(): void {
    this.#byKey = new Map(this.#byKey);
    this.#deleted = 0;
  }
}

class SharedRead implements SharedWork {
  readonly request: WrittenRequest;
  readonly startedAtMs = performance.now();
  readonly #signal = new Cancellation();
  readonly #waiting = new Set<WaitingRead>();
  readonly #onOver: () => void;

  constructor(request: WrittenRequest, onOver: () => void) {
    this.request = request;
    this.#onOver = onOver;
  }

  get signal(): Signal {
    return this.#signal;
  }

  latestMs(): number {
    let latestMs = -Infinity;
    for (const { deadline } of this.#waiting) latestMs = Math.max(latestMs, deadline.atMs);
    return latestMs;
  }

  /** Waits for the answer until the deadline, which is not over yet. */
  join(deadline: Deadline): Promise<UpstreamRead> {
    return new Promise((resolve, reject) => {
      const waiting = new WaitingRead(deadline, resolve, reject, this.#leave);
      this.#waiting.add(waiting);
      deadline.wait(waiting);
    });
  }

  begin(work: Work): void {
    workOf(work, this).then(
      (read) => this.#end((waiting) => waiting.resolve(read)),
      (error: unknown) => this.#end((waiting) => waiting.reject(error)),
    );
  }

  abort(reason: Error): void {
    this.#signal.abort(reason);
  }

  #end(tell: (waiting: WaitingRead) => void): void {
    this.#onOver();
    for (const waiting of this.#waiting) {
      waiting.deadline.leave(waiting);
      tell(waiting);
    }
    this.#waiting.clear();
  }

  readonly #leave = (waiting: WaitingRead): void => {
    this.#waiting.delete(waiting);
    // Who comes in the moment in which the last one leaves still keeps the call going.
    if (this.#waiting.size === 0) queueMicrotask(this.#abortIfAlone);
  };

  readonly #abortIfAlone = (): void => {
    if (this.#waiting.size === 0) this.#signal.abort(givenUp());
  };
}

/** One who waits for a read. */
class WaitingRead implements Waiter {
  readonly deadline: Deadline;
  readonly resolve: (read: UpstreamRead) => void;
  readonly reject: (error: unknown) => void;
  readonly #leave: (waiting: WaitingRead) => void;

  constructor(
    deadline: Deadline,
    resolve: (read: UpstreamRead) => void,
    reject: (error: unknown) => void,
    leave: (waiting: WaitingRead) => void,
  ) {
    this.deadline = deadline;
    this.resolve = resolve;
    this.reject = reject;
    this.#leave = leave;
  }

  over(reason: UpstreamError): void {
    this.#leave(this);
    this.reject(reason);
  }
}

/** Work that fails before there is a promise fails all the same. */
async function workOf(work: Work, read: SharedRead): Promise<UpstreamRead> {
  return work(read);
}
