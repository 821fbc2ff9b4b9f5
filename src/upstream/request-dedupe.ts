import type { Clock } from '../lib/clock.ts';
import type { Deadline } from '../lib/deadline.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { CredentialSubscriber, Denial } from '../identity/credential-events.ts';
import { PerIdentity } from '../identity/per-identity.ts';
import { SingleFlight, type InFlight } from '../lib/single-flight.ts';
import type { UpstreamRequest, SerializedRequest } from './request.ts';
import type { UpstreamRead } from './answer.ts';

type Work = (shared: InFlight) => Promise<UpstreamRead>;

/**
 * Makes one call of equal reads of one identity that are under way at the same time. Each follower has its own deadline
 * and does not affect the others by leaving; the call ends when the last follower leaves.
 */
export class RequestDedupe implements CredentialSubscriber {
  readonly #underWay = new PerIdentity(
    () => new Map<string, DedupedRequest>(),
    ({ size }) => size === 0,
  );
  readonly #clock: Clock;
  readonly #proofMs: number;

  /** `proofMs` is the time after its start during which a read may be joined. */
  constructor(clock: Clock, proofMs: number) {
    this.#clock = clock;
    this.#proofMs = proofMs;
  }

  /**
   * Joins the equal read under way, or starts one with `work`; a write never joins and is never joined. Rejects with an
   * `UpstreamError` at the deadline.
   *
   * @param onShared Called with the in-flight handle of that read.
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
    const underWay = this.#joinable(identity, request);
    if (underWay !== undefined) {
      onShared?.(underWay);
      return underWay.join(deadline);
    }
    const reads = this.#underWay.of(identity);
    const { key } = request;
    const read = new DedupedRequest(request, this.#clock.now(), () => {
      if (reads.get(key) === read) reads.delete(key);
    });
    if (request.effect !== 'write') reads.set(key, read);
    const answer = read.join(deadline);
    read.begin(work);
    onShared?.(read);
    return answer;
  }

  /** True when an equal read is under way and may be joined. */
  isUnderWay(identity: UpstreamIdentity, request: SerializedRequest): boolean {
    return this.#joinable(identity, request) !== undefined;
  }

  /** Keeps requests from joining reads begun with a credential that the upstream no longer accepts. */
  revoked(identity: UpstreamIdentity): void {
    this.#underWay.drop(identity);
  }

  /** Keeps requests from joining reads that need one of these permissions, of which the upstream denied one. */
  denied(identity: UpstreamIdentity, { permissions }: Denial): void {
    const reads = this.#underWay.of(identity);
    for (const [key, { request }] of reads) {
      if (request.permissions.some((permission) => permissions.includes(permission))) reads.delete(key);
    }
  }

  #joinable(identity: UpstreamIdentity, { effect, key }: SerializedRequest): DedupedRequest | undefined {
    if (effect === 'write') return undefined;
    const read = this.#underWay.of(identity).get(key);
    if (read === undefined || read.signal.aborted) return undefined;
    return this.#clock.now() - read.startedAtMs <= this.#proofMs ? read : undefined;
  }
}

class DedupedRequest extends SingleFlight<UpstreamRead> {
  readonly request: UpstreamRequest;
  readonly startedAtMs: number;

  constructor(request: UpstreamRequest, startedAtMs: number, onOver: () => void) {
    super(onOver);
    this.request = request;
    this.startedAtMs = startedAtMs;
  }
}
