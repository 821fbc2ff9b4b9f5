import type { Bench } from './bench.ts';
import { type Contender, startContender } from './contender.ts';
import { contenders } from './contenders.ts';
import { observedFlagship } from './operations.ts';
import type { QuotaFigures } from './report/figures.ts';
import { campaignIds } from './upstream/campaigns.ts';

/** 200 clients refresh five screens every 2 s, within the 300 calls a minute that the upstream usually allows a token. */
const CLIENTS = 200;
const EVERY_MS = 2000;
export const QUOTA_SECONDS = 60;
const QUOTA = { allowed: 300, windowSeconds: 60 };
const LATENCY_MS = 40;

export async function runQuota(bench: Bench, seconds: number): Promise<QuotaFigures> {
  const gateway = await startContender('gateway', contenders.gateway, bench.upstreamUrl);
  try {
    return await runQuotaOver(bench, seconds, [gateway]);
  } finally {
    await gateway.process.end();
  }
}

/** Runs the quota scenario over running gateways. */
export async function runQuotaOver(
  bench: Bench,
  seconds: number,
  gateways: readonly Contender[],
): Promise<QuotaFigures> {
  await bench.begin(LATENCY_MS, QUOTA);
  const result = await bench.runQuotaLoad({
    origins: gateways.map(({ url }) => new URL(url).origin),
    path: '/graphql',
    clients: CLIENTS,
    everyMs: EVERY_MS,
    seconds,
    token: 'one-identity',
    bodies: campaignIds.map((campaignId) =>
      JSON.stringify({ ...observedFlagship, variables: { campaignId, first: 20 } }),
    ),
  });
  const { calls, refused } = await bench.takeCounts();
  const usages = await Promise.all(gateways.map(({ process }) => process.usage()));
  const peakRssMb = Math.max(...usages.map((usage) => usage.peakRssMb));
  return { ...result, upstreamCalls: calls, upstreamRefusals: refused, peakRssMb };
}
