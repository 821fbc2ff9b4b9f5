import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from './bench.ts';
import { type Contender, startContender } from './contender.ts';
import { contenders } from './contenders.ts';
import { RedisProcess } from '../scripts/redis-process.ts';
import type { QuotaFigures, ReplicasFigures } from './report/figures.ts';
import { runQuotaOver } from './run-quota.ts';

const REPLICAS = 3;
const READY_WITHIN_MS = 10_000;

/** Runs the quota scenario over one gateway and then over three, each time with an empty Redis. */
export async function runReplicas(bench: Bench, seconds: number): Promise<ReplicasFigures> {
  return { one: await runOver(bench, seconds, 1), three: await runOver(bench, seconds, REPLICAS) };
}

async function runOver(bench: Bench, seconds: number, count: number): Promise<QuotaFigures> {
  const redis = await RedisProcess.start();
  const replicas: Contender[] = [];
  try {
    const env = { REDIS_URL: redis.url, REDIS_PEPPER: 'of the benchmark', REPLICAS: String(count) };
    for (let n = 0; n < count; n += 1)
      replicas.push(await startContender('gateway', contenders.gateway, bench.upstreamUrl, { env }));
    await Promise.all(replicas.map(untilItShares));
    return await runQuotaOver(bench, seconds, replicas);
  } finally {
    await Promise.all(replicas.map((replica) => replica.process.end()));
    await redis.end();
  }
}

async function untilItShares({ url }: Contender): Promise<void> {
  for (let waitedMs = 0; waitedMs < READY_WITHIN_MS; waitedMs += 50) {
    const response = await fetch(new URL('/ready', url));
    const { checks } = (await response.json()) as { readonly checks: Readonly<Record<string, string>> };
    if (checks['redis'] === 'ok') return;
    await delay(50);
  }
  throw new Error('A replica does not use its Redis.');
}
