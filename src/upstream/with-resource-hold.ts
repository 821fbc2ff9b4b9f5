import { UpstreamError } from '../errors.ts';
import type { UpstreamRead } from './answer.ts';
import type { Call, ConnectedCall, Step, StepContext } from './call.ts';
import { type HeldCall, HeldMeanwhile, type ResourceHolds } from './resource-holds.ts';

/**
 * Step that waits while the resource is held for a limit of its own, before quota is spent on it, and holds it after a 429 of
 * that limit. Rejects with an `UpstreamError` (`UPSTREAM_RATE_LIMITED`) when the hold ends too late.
 */
export function withResourceHold(
  { clock, observer }: StepContext,
  holds: ResourceHolds,
  next: (call: Call, token: string) => Promise<UpstreamRead>,
): (call: Call, token: string) => Promise<UpstreamRead> {
  return async (call, token) => {
    const { owner, shared } = call;
    const held = heldCall(call);
    for (;;) {
      const wantedMs = clock.now();
      try {
        const waited = holds.enter(held);
        // oxlint-disable-next-line eslint/no-await-in-loop -- another attempt follows only when nothing was sent
        if (waited !== undefined) await waited;
      } catch (error) {
        if (!shared.signal.aborted) observer.withheld(held.resource, 'hold');
        throw error;
      }
      const enteredMs = clock.now();
      if (enteredMs > wantedMs) owner.usage.waited(enteredMs - wantedMs);
      try {
        // oxlint-disable-next-line eslint/no-await-in-loop -- see above
        const read = await next(call, token);
        holds.accepted(held);
        return read;
      } catch (error) {
        if (error instanceof HeldMeanwhile) continue;
        if (!(error instanceof UpstreamError)) throw error;
        if (error.isOfResource) throw withTime(error, holds.refused(held, secondsOf(error), enteredMs));
        const { code, upstreamStatus } = error.failure;
        // A 429 of the whole quota says nothing of the resource.
        if (upstreamStatus !== undefined && code !== 'UPSTREAM_RATE_LIMITED') holds.accepted(held);
        throw error;
      } finally {
        holds.left(held);
      }
    }
  };
}

/** Step that sends no call whose resource has been held since it began to wait for its permit and its connection. */
export function withoutHold(holds: ResourceHolds, next: Step<ConnectedCall>): Step<ConnectedCall> {
  return async (call) => {
    holds.check(heldCall(call));
    return next(call);
  };
}

function heldCall({ owner, request, shared }: Call): HeldCall {
  return { identity: owner.identity, resource: request.resource, shared };
}

function secondsOf({ failure }: UpstreamError): number | undefined {
  return 'retryAfterSeconds' in failure ? failure.retryAfterSeconds : undefined;
}

/** The error with the time of the hold where the upstream has named none: it is of no use to ask before. */
function withTime(error: UpstreamError, holdMs: number): UpstreamError {
  const { failure } = error;
  if (failure.code !== 'UPSTREAM_RATE_LIMITED' || failure.retryAfterSeconds) return error;
  return error.with({ ...failure, retryAfterSeconds: Math.max(1, Math.ceil(Math.round(holdMs) / 1000)) });
}
