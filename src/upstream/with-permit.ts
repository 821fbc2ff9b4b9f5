import { UpstreamError } from '../errors.ts';
import type { UpstreamRead } from './answer.ts';
import type { Call, PermittedCall, Step, StepContext } from './call.ts';
import { BEYOND_SHARE, type QuotaGovernor } from './quota/governor.ts';
import type { Permit } from './quota/identity-queue.ts';

const nobodyLeaves = new AbortController().signal;

/**
 * Step that waits for a permit of the identity's quota, and reports to it how the upstream took the call. Rejects with an
 * `UpstreamError` (`UPSTREAM_RATE_LIMITED`) when the quota allows no call in time.
 */
export function withPermit(
  { clock, observer }: StepContext,
  governor: QuotaGovernor,
  next: Step<PermittedCall>,
): (call: Call, token: string) => Promise<UpstreamRead> {
  return async (call, token) => {
    const { owner, request, shared } = call;
    const { identity, caller, usage } = owner;
    const { signal } = shared;
    const wantedMs = clock.now();
    let permit: Permit;
    try {
      const latestMs = () => shared.latestMs();
      permit = await governor.acquire({
        identity,
        caller,
        isList: request.isList ?? false,
        latestMs,
        signal,
      });
    } catch (error) {
      if (!signal.aborted && isRateLimited(error)) {
        observer.withheld(request.resource, error.detail === BEYOND_SHARE ? 'share' : 'quota');
      }
      throw error;
    }
    try {
      const serialized = request.serialize();
      const sentMs = clock.now();
      const waitedMs = sentMs - wantedMs;
      usage.waited(waitedMs);
      observer.waited(waitedMs);
      const read = await next({
        owner,
        request,
        shared,
        token,
        permit,
        serialized,
        sentMs,
        waitedMs,
        // A write that is sent goes on without followers; one that they left before is not sent.
        signal: request.effect === 'write' && !signal.aborted ? nobodyLeaves : signal,
      });
      permit.accepted();
      return read;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const { failure } = error;
      const isOfQuota = failure.code === 'UPSTREAM_RATE_LIMITED' && !error.isOfResource;
      if (isOfQuota) permit.rateLimited(failure.retryAfterSeconds);
      else if (failure.upstreamStatus !== undefined) permit.accepted();
      throw error.of(request.resource);
    } finally {
      permit.end();
    }
  };
}

function isRateLimited(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && error.failure.code === 'UPSTREAM_RATE_LIMITED';
}
