import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { setImmediate as macrotask } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { GatewayMetrics } from '../../../src/observability/metrics/gateway-metrics.ts';
import { MOST_CONNECTIONS, serveMetrics } from '../../../src/observability/metrics/serve-metrics.ts';
import { meteredGatewayForTest, Scrape } from '../../support/scrape.ts';

test('metrics are served at /metrics and nowhere else', async () => {
  const { metricsUrl, gateway } = await meteredGatewayForTest();
  const answer = await fetch(`${metricsUrl}/metrics?collect=all`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(new Scrape(await answer.text()).types.size).toBeGreaterThan(20);
  for (const path of ['/', '/metrics/', '/metrics/x', '/graphql', '/Metrics']) {
    expect((await fetch(metricsUrl + path)).status).toBe(404);
  }
  expect((await fetch(`${metricsUrl}/metrics`, { method: 'POST' })).status).toBe(405);
  expect((await gateway.fetch(new Request('http://localhost/metrics'))).status).toBe(404);
});

test('a request with a foreign Host header, as from a web page whose name leads to this machine, gets 403', async () => {
  const { metricsUrl } = await meteredGatewayForTest();
  const asking = request(`${metricsUrl}/metrics`, { headers: { host: 'evil.example' } }).end();
  const [{ statusCode }] = await once(asking, 'response');
  asking.destroy();
  expect(statusCode).toBe(403);
});

test('scrapes that come together get the same text, made once', async () => {
  const { metrics, metricsUrl } = await meteredGatewayForTest();
  let made = 0;
  const gate = Promise.withResolvers<string>();
  metrics.text = () => {
    made += 1;
    return gate.promise;
  };
  const scrapes = Array.from({ length: 5 }, async () => (await fetch(`${metricsUrl}/metrics`)).text());
  await expect.poll(() => made).toBe(1);
  await macrotask();
  gate.resolve('the_text 1\n');
  expect(new Set(await Promise.all(scrapes))).toEqual(new Set(['the_text 1\n']));
});

test('connections that nobody reads on give way to those of scrapers', async () => {
  const { metricsUrl, scrape } = await meteredGatewayForTest();
  const { port } = new URL(metricsUrl);
  const idle = await Promise.all(
    Array.from({ length: MOST_CONNECTIONS + 10 }, async () => {
      const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
      onTestFinished(() => void socket.destroy());
      await once(socket, 'connect');
      // The first answer is not read, and neither are those to the requests that follow at once.
      socket.pause().write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(3));
      return socket;
    }),
  );
  expect(idle.length).toBeGreaterThan(MOST_CONNECTIONS);
  await expect.poll(async () => (await scrape()).samples.length).toBeGreaterThan(20);
});

test('metrics include those of the process', async () => {
  const { scrape } = await meteredGatewayForTest();
  const { types, samples } = await scrape();
  for (const name of [
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_p99_seconds',
  ]) {
    expect(types.has(name), name).toBe(true);
    expect(
      samples.some((sample) => sample.name === name),
      name,
    ).toBe(true);
  }
});

test('a port in use is an error that names METRICS_PORT', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(serveMetrics(new GatewayMetrics(), { host: '127.0.0.1', port })).rejects.toThrow(
    new RegExp(`^METRICS_PORT cannot be used: .*EADDRINUSE.*${port}`),
  );
});

test('a metrics server closes although a client keeps a connection to it, and then serves nothing', async () => {
  const server = await serveMetrics(new GatewayMetrics(), { host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${server.port}/metrics`;
  await (await fetch(url)).text();
  await server.close();
  await expect(fetch(url)).rejects.toThrow('fetch failed');
});
