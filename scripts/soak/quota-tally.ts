import { createHistogram } from 'node:perf_hooks';
import type { Answer } from './check-reply.ts';
import { Finding } from './finding.ts';

/** Outcomes of requests that demand more than the quota. */
export class QuotaTally {
  /** Requests without any error. */
  served = 0;
  /** Requests refused as a whole, or in some of their fields. */
  refused = 0;
  /** Requests with errors of another kind. */
  failed = 0;
  /** Requests in flight when the demand ended. */
  unanswered = 0;
  /** Milliseconds until a refusal came. */
  readonly refusalMs = createHistogram();
  /** Refusals without `retryAfterSeconds`. */
  readonly withoutTime = new Finding();

  note({ data, errors = [] }: Answer, tookMs: number): void {
    if (errors.length === 0) {
      this.served += 1;
    } else if (errors.some(({ extensions }) => extensions.code !== 'UPSTREAM_RATE_LIMITED')) {
      this.failed += 1;
    } else {
      this.refused += 1;
      this.refusalMs.record(Math.max(1, Math.round(tookMs)));
      const isTold = errors.every(({ extensions }) => (extensions.retryAfterSeconds ?? 0) >= 1);
      if (!isTold) this.withoutTime.add(JSON.stringify({ errors, data }));
    }
  }
}
