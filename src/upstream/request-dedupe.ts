import type { Deadline } from '../lib/deadline.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import { PerIdentity } from '../identity/per-identity.ts';
import { SingleFlight, type InFlight } from '../lib/single-flight.ts';
import type { UpstreamRequest, SerializedRequest } from './request.ts';
import type { UpstreamRead } from './answer.ts';

type Work = (shared: InFlight) => Promise<UpstreamRead>;

/**
 * Makes one call of reads that are the same, of one identity, and under way at the same moment. Each who waits has a
 * deadline of its own and takes nothing from the others by leaving; the last one ends the call.
 */
export class RequestDedupe {
  readonly #underWay = new PerIdentity(
    () => new Map<string, DedupedRequest>(),
    ({ size }) => size === 0,
  );
  readonly #proofMs: number;

  /** `proofMs` is how long after its beginning a read may still be joined. */
  constructor(proofMs: number) {
    this.#proofMs = proofMs;
  }

  /**
   * What the read that is under way gives, or else `work`. Rejects with an `UpstreamError` at this deadline.
   *
   * @param onShared Told which read it is.
   */
  read(
    identity: UpstreamIdentity,
    request: SerializedRequest,
    deadline: Deadline,
    work: Work,
    onShared?: (shared: InFlight) => void,
  ): Promise<UpstreamRead> {
    const { reason } = deadline;
    if (reason !== undefined) return Promise.reject(reason);
    const reads = this.#underWay.of(identity);
    const { key } = request;
    const underWay = reads.get(key);
    if (underWay !== undefined && this.#mayBeJoined(underWay)) {
      onShared?.(underWay);
      return underWay.join(deadline);
    }
    const read = new DedupedRequest(request, () => {
      if (reads.get(key) === read) reads.delete(key);
    });
    reads.set(key, read);
    const answer = read.join(deadline);
    read.begin(work);
    onShared?.(read);
    return answer;
  }

  /** Whether such a read is under way, and may be joined. */
  isUnderWay(identity: UpstreamIdentity, { key }: SerializedRequest): boolean {
    const read = this.#underWay.of(identity).get(key);
    return read !== undefined && this.#mayBeJoined(read);
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

  #mayBeJoined({ startedAtMs, signal }: DedupedRequest): boolean {
    return !signal.aborted && performance.now() - startedAtMs <= this.#proofMs;
  }
}

class DedupedRequest extends SingleFlight<UpstreamRead> {
  readonly request: UpstreamRequest;
  readonly startedAtMs = performance.now();

  constructor(request: UpstreamRequest, onOver: () => void) {
    super(onOver);
    this.request = request;
  }
}
