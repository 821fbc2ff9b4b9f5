import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { collectorForTest } from '../support/collector.ts';
import { listeningForTest } from '../support/listening.ts';

const GATEWAY = fileURLToPath(new URL('../../bin/gateway.mjs', import.meta.url));
/** Module that prints which packages of OpenTelemetry are loaded. */
const TELLING = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({
    load(url, context, next) {
      const [name] = /@opentelemetry\\/[\\w-]+/.exec(url) ?? [];
      if (name !== undefined) process.stderr.write('loaded ' + name + '\\n');
      return next(url, context);
    },
  });
`)}`;

/** A gateway process over the embedded sandbox, once it has answered its printed query. */
async function answeringGateway(env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, ['--import', TELLING, GATEWAY], {
    env: { PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (output.stderr += String(chunk)));
  const closed = once(child, 'close');
  await expect
    .poll(() => output.stdout + output.stderr, { timeout: 30_000 })
    .toMatch(/A query to paste:\n[^]*^\}$/m);
  const [address = ''] = /http:\S+\/graphql/.exec(output.stdout) ?? [];
  const [, query = ''] = /A query to paste:\n([^]*?^\}\n)/m.exec(output.stdout) ?? [];
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = JSON.parse(await response.text());
  expect(errors).toBeUndefined();
  expect(data.campaignInteractions.nodes).toHaveLength(3);
  return { child, closed, output };
}

describe('a gateway process', () => {
  test('loads nothing of OpenTelemetry when no endpoint is set', async () => {
    const { child, closed, output } = await answeringGateway({});
    child.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
    expect(output.stderr).toBe('');
  });

  test('exports its spans when it ends, with headers, compression and attributes as the environment says', async () => {
    const collector = await collectorForTest();
    const { child, closed, output } = await answeringGateway({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=ours,authorization=Bearer%20of-the-collector',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_SERVICE_NAME: 'dashboards',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.name=overruled',
    });
    child.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
    expect(output.stderr).toContain('loaded @opentelemetry/sdk-trace');
    expect(collector.spans.filter(({ kind }) => kind === 'SERVER')).toHaveLength(1);
    expect(collector.resources).toEqual([
      expect.objectContaining({ 'service.name': 'dashboards', 'deployment.environment.name': 'test' }),
    ]);
    expect(collector.requests[0]?.headers).toMatchObject({
      'x-tenant': 'ours',
      authorization: 'Bearer of-the-collector',
      'content-encoding': 'gzip',
    });
  });

  test('has the service name campaign-interaction-gateway when the environment sets none', async () => {
    const collector = await collectorForTest();
    const { child, closed } = await answeringGateway({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    child.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
    expect(collector.resources[0]).toMatchObject({ 'service.name': 'campaign-interaction-gateway' });
  });

  test.each([
    ['nothing listens there', async () => 'http://127.0.0.1:1'],
    ['the collector accepts connections only', async () => silentForTest()],
    [
      'the collector never ends its answer',
      async () =>
        listeningForTest((_request, response) => {
          const dripping = setInterval(() => response.write('.'), 50);
          response.on('close', () => clearInterval(dripping));
        }),
    ],
  ])('ends at SIGTERM although its collector gives no full answer: %s', async (_why, address) => {
    const { child, closed } = await answeringGateway({ OTEL_EXPORTER_OTLP_ENDPOINT: await address() });
    child.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
  });
});

/** Address of a server that accepts connections and never answers. */
async function silentForTest(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('The server has a port.');
  return `http://127.0.0.1:${address.port}`;
}
