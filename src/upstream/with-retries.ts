import { UpstreamError } from '../errors.ts';
import type { InFlight } from '../lib/single-flight.ts';
import type { Step, StepContext } from './call.ts';
import { LOGIN } from './request.ts';
import { retry } from './retry.ts';
import { pay } from './with-budget.ts';

export const MAX_RETRIES = 2;
/** The upstream has not carried out a write that it answered with 429. A second 429 is for the client to judge. */
const MAX_RETRIES_OF_WRITES = 1;

/**
 * Step that retries reads after transient failures, and writes after a 429 alone, as often as the budget pays for it, and
 * reports the call with its retries. Rejects with the last error, or with that of the budget, or with the reason of `closing`.
 */
export function withRetries({ clock, observer, closing }: StepContext, next: Step): Step {
  /** Few calls are retried; a set of all calls under way would cost every call time. */
  const retrying = new Set<InFlight>();
  closing.addEventListener('abort', () => {
    for (const shared of retrying) shared.abort(closing.reason);
  });

  return async (call) => {
    const { owner, request, shared } = call;
    const isWrite = request.effect === 'write';
    const wantedMs = clock.now();
    let attempts = 0;
    let status: number | undefined;
    try {
      const answered = await retry(
        {
          clock,
          maxRetries: isWrite ? MAX_RETRIES_OF_WRITES : MAX_RETRIES,
          latestMs: () => shared.latestMs(),
          beforeRetry(failed) {
            // The login has been tried again by itself.
            if (closing.aborted || failed.resource === LOGIN) throw failed;
            if (isWrite && failed.failure.code !== 'UPSTREAM_RATE_LIMITED') throw failed;
            pay(observer, call, failed);
            retrying.add(shared);
          },
          signal: shared.signal,
        },
        () => {
          attempts += 1;
          if (attempts > 1) observer.retried(request.resource);
          return next(call);
        },
      );
      status = answered.answer.status;
      return answered;
    } catch (error) {
      if (error instanceof UpstreamError && error.resource !== LOGIN) status = error.failure.upstreamStatus;
      // The answer to a write is told also while the gateway closes: it says whether the write was carried out.
      if (closing.aborted && !(isWrite && status !== undefined)) throw closing.reason;
      throw ofResource(error, request.resource);
    } finally {
      retrying.delete(shared);
      owner.usage.made({
        resource: request.resource,
        keys: request.serialize().keys,
        status: status ?? null,
        ms: clock.now() - wantedMs,
        retries: attempts - 1,
      });
    }
  };
}

/** Adds the resource to a timeout, because a deadline does not know it. */
export function ofResource(error: unknown, resource: string): unknown {
  const isTimeout = error instanceof UpstreamError && error.failure.code === 'UPSTREAM_TIMEOUT';
  return isTimeout && error.resource === undefined ? error.of(resource) : error;
}
