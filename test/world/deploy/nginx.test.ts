import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { nginxForTest, whySkippedWithoutNginx } from '../../support/nginx.ts';
import { range } from '../../support/range.ts';
import { runningGateway } from '../../support/running-gateway.ts';

/** Requests at once, as many as nginx keeps connections. */
const BURST = 64;
/** Answered with work of some milliseconds: a gateway at work is late to read what comes on other connections. */
const BODY = JSON.stringify({ query: '{ __schema { types { name fields { name type { name } } } } }' });
/** Upper bound of bursts until the first answer of 502; on a calm machine one or two are enough. */
const MOST_BURSTS = 12;

/** Gateway with an nginx in front, which has been sent one burst, so that its connections are open. */
async function gatewayBehindNginx(env: NodeJS.ProcessEnv) {
  const gateway = await runningGateway({ METRICS_PORT: '0', LOG_LEVEL: 'warn', ...env });
  const [, metricsUrl = ''] = /metrics +(http:\S+)/.exec(gateway.output.stdout) ?? [];
  const nginx = await nginxForTest(Number(new URL(gateway.address).port));

  /** Statuses of a burst of requests. */
  async function burst(): Promise<number[]> {
    return Promise.all(
      range(BURST).map(async () => {
        const headers = { 'content-type': 'application/json' };
        const response = await fetch(`${nginx.url}/graphql`, { method: 'POST', headers, body: BODY });
        await response.arrayBuffer();
        return response.status;
      }),
    );
  }

  /** Number of the gateway's open connections. */
  async function connections(): Promise<number> {
    const scraped = await (await fetch(metricsUrl)).text();
    return Number(/^gateway_connections (\d+)$/m.exec(scraped)?.[1]);
  }

  await burst();
  return { ...gateway, burst, connections, errorLog: nginx.errorLog };
}

const reason = whySkippedWithoutNginx('A balancer that keeps connections to the gateway');

describe.skipIf(reason !== null)('through an nginx that keeps its connections to the gateway,', () => {
  test('bursts with pauses between them are all answered', async () => {
    const { burst, connections, errorLog, output } = await gatewayBehindNginx({});
    const kept = await connections();
    expect(kept).toBeGreaterThan(1);
    // Node by itself would close idle connections after five seconds, and its reserve of one more.
    for (const pauseMs of [5000, 5950, 6000]) {
      await delay(pauseMs);
      expect(await connections()).toBeGreaterThanOrEqual(kept);
      expect(new Set(await burst())).toEqual(new Set([200]));
    }
    expect(await errorLog()).toBe('');
    expect(output.stdout).not.toMatch(/"level":[456]0/);
  });

  test('some are answered with 502 once the gateway closes connections first', async () => {
    const { burst, connections, errorLog } = await gatewayBehindNginx({ KEEP_ALIVE_SECONDS: '1' });
    const statuses = new Set<number>();
    for (let n = 0; n < MOST_BURSTS && !statuses.has(502); n += 1) {
      // Node adds a second to the setting. The burst has to come just before, while connections are still open.
      await delay(1900 + 10 * n);
      for (const status of await burst()) statuses.add(status);
    }
    expect(statuses).toEqual(new Set([200, 502]));
    expect(await errorLog()).toMatch(/upstream prematurely closed connection|Connection reset by peer/);
    await expect.poll(connections).toBe(0);
  });
});
