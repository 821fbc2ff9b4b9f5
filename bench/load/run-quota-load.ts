import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { at, createRandom } from '../../src/sandbox/random.ts';

export interface QuotaJob {
  /** Gateways that share the clients evenly. */
  readonly origins: readonly string[];
  readonly path: string;
  readonly clients: number;
  readonly everyMs: number;
  readonly seconds: number;
  readonly token: string;
  /** Bodies of requests; each client always sends the same one. */
  readonly bodies: readonly string[];
}

export interface QuotaResult {
  readonly requests: number;
  /** Requests answered with data and without errors. */
  readonly answered: number;
  /** Answers in which something is missing because the upstream's quota was spent. */
  readonly rateLimited: number;
  readonly failedOtherwise: number;
  /** Greatest age of a list, from `observedAt` to the arrival of the answer. */
  readonly oldestMs: number;
  readonly p50Ms: number;
}

interface Answer {
  readonly data?: { readonly campaignInteractions?: { readonly observedAt: string } | null } | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

/** Runs clients that repeat a request at an interval, like screens that refresh themselves. */
export async function runQuotaLoad(job: QuotaJob): Promise<QuotaResult> {
  const pools = job.origins.map(
    (origin) => new Pool(origin, { connections: job.clients, headersTimeout: 60_000 }),
  );
  const random = createRandom(1);
  const latencies: number[] = [];
  const counted = { requests: 0, answered: 0, rateLimited: 0, failedOtherwise: 0, oldestMs: 0 };
  const endsAtMs = performance.now() + job.seconds * 1000;

  async function ask(pool: Pool, body: string): Promise<void> {
    const startedAtMs = performance.now();
    counted.requests += 1;
    try {
      const response = await pool.request({
        path: job.path,
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${job.token}` },
        body,
      });
      const { data, errors = [] } = (await response.body.json()) as Answer;
      latencies.push(performance.now() - startedAtMs);
      const observedAt = data?.campaignInteractions?.observedAt;
      if (observedAt !== undefined) {
        counted.oldestMs = Math.max(counted.oldestMs, Date.now() - Date.parse(observedAt));
      }
      if (errors.length === 0 && observedAt !== undefined) counted.answered += 1;
      else if (errors.some(({ extensions }) => extensions?.code === 'UPSTREAM_RATE_LIMITED')) {
        counted.rateLimited += 1;
      } else counted.failedOtherwise += 1;
    } catch {
      counted.failedOtherwise += 1;
    }
  }

  /** Sends a request every `everyMs`, or right after an answer that took longer. */
  async function client(pool: Pool, body: string, firstAfterMs: number): Promise<void> {
    let nextAtMs = performance.now() + firstAfterMs;
    while (nextAtMs < endsAtMs) {
      await delay(Math.max(0, nextAtMs - performance.now()));
      await ask(pool, body);
      nextAtMs = Math.max(nextAtMs + job.everyMs, performance.now());
    }
  }

  await Promise.all(
    Array.from({ length: job.clients }, (_, n) =>
      client(at(pools, n), at(job.bodies, n), random() * job.everyMs),
    ),
  );
  await Promise.all(pools.map((pool) => pool.close()));
  const inOrder = latencies.toSorted((a, b) => a - b);
  return { ...counted, p50Ms: inOrder[Math.floor(inOrder.length / 2)] ?? 0 };
}
