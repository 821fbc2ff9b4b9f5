import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { runningGateway, sandboxForTest } from '../support/running-gateway.ts';

const BODY = JSON.stringify({ query: '{ __typename }' });
const HEAD = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n`;

/** Gateway with few connections and requests, and a way to connect to it. */
async function besieged(env: NodeJS.ProcessEnv) {
  const sandbox = await sandboxForTest();
  const gateway = await runningGateway({
    GENESYSCLOUD_API_URL: sandbox.url,
    GENESYSCLOUD_ACCESS_TOKEN: 'of-the-operators',
    METRICS_PORT: '0',
    ...env,
  });
  const { port, origin } = new URL(gateway.address);
  const [, metricsUrl = ''] = /metrics +(http:\S+)/.exec(gateway.output.stdout) ?? [];

  async function dial(sent: string): Promise<Socket> {
    const socket = connect(Number(port), '127.0.0.1').setNoDelay();
    socket.on('error', () => undefined);
    onTestFinished(() => {
      socket.destroy();
    });
    await once(socket, 'connect');
    socket.write(sent);
    return socket;
  }

  async function metric(name: string): Promise<string | undefined> {
    const scraped = await (await fetch(metricsUrl)).text();
    return new RegExp(`^${RegExp.escape(name)} (.*)$`, 'm').exec(scraped)?.[1];
  }

  /** Status of a probe on a connection of its own. */
  async function probe(path: string): Promise<number> {
    const response = await fetch(origin + path, { headers: { connection: 'close' } });
    await response.arrayBuffer();
    return response.status;
  }

  return { ...gateway, dial, metric, probe };
}

test('above the bound of connections, probes are answered and others told to come again', async () => {
  const { dial, metric, probe } = await besieged({ MAX_CONNECTIONS: '3' });
  const slow = await Promise.all([1, 2, 3].map(() => dial(HEAD)));
  await expect.poll(() => metric('gateway_connections')).toBe('3');
  const refusal = await text(await dial(HEAD + BODY));
  expect(refusal).toMatch(/^HTTP\/1\.1 503 [^]+\r\nretry-after: 1\r\n[^]+SERVICE_UNAVAILABLE/i);
  expect([await probe('/health'), await probe('/ready')]).toEqual([200, 200]);
  for (const socket of slow) {
    socket.write(BODY);
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /);
  }
  expect(await metric('gateway_connections_turned_away_total{how="refused"}')).toBe('1');
});

test('above the bound of requests, a slow body gives way, and nothing unexpected is in the log', async () => {
  const { dial, metric, probe, output } = await besieged({ MAX_REQUESTS_IN_FLIGHT: '2' });
  const slow = await Promise.all([1, 2].map(() => dial(HEAD)));
  await expect.poll(() => metric('gateway_requests_in_flight')).toBe('2');
  const refusal = await dial(HEAD + BODY);
  const [first] = await once(refusal, 'data');
  expect(String(first)).toMatch(/^HTTP\/1\.1 503 [^]+MAX_REQUESTS_IN_FLIGHT, 2\)/);
  expect([await probe('/health'), await probe('/ready')]).toEqual([200, 200]);
  const ended = Promise.race(slow.map((socket) => text(socket)));
  await expect
    .poll(async () => {
      const later = await dial(HEAD + BODY);
      const [answer] = await once(later, 'data');
      return String(answer);
    })
    .toMatch(/^HTTP\/1\.1 200 /);
  expect(await ended).toMatch(/^HTTP\/1\.1 408 /);
  expect(Number(await metric('gateway_requests_refused_total'))).toBeGreaterThanOrEqual(2);
  expect(output.stderr).toBe('');
  expect(output.stdout).not.toMatch(/"level":[456]0/);
});
