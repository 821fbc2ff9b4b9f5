import { createHistogram } from 'node:perf_hooks';
import type { Answer } from './check-reply.ts';
import { Finding } from './finding.ts';

/** What came of requests that ask for more than the quota. */
export class QuotaTally {
  /** Without any error. */
  served = 0;
  /** All of it or, of a query of many calls, some. */
  refused = 0;
  /** With errors of another kind. */
  failed = 0;
  /** Under way when the demand ended. */
  unanswered = 0;
  /** Milliseconds until a refusal came. */
  readonly refusalMs = createHistogram();
  /** Refusals that do not say when to come again. */
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
