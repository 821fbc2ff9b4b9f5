import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'graphql';
import { afterAll, describe, expect, test } from 'vitest';
import { collectorForTest } from '../../support/collector.ts';
import { TOKEN } from '../../support/gateway.ts';
import { redisForTest, whySkippedWithoutRedis } from '../../support/redis.ts';
import { ask, run, runningGateway, sandboxForTest } from '../../support/running-gateway.ts';
import { Scrape } from '../../support/scrape.ts';
import { installPackage } from './installed-package.ts';

const whySkipped = whySkippedWithoutRedis('that Redis works from the package');
const folder = await installPackage();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = join(folder, 'node_modules/.bin/campaign-interaction-gateway');
const USER = '{ user(id: "user-1") { name email } }';
const userAnswer = { data: { user: { name: 'Name of user-1', email: 'user-1@example.com' } } };

/** A gateway of the package over a sandbox of the test. */
async function packagedGateway(settings: Readonly<Record<string, string>>) {
  const sandbox = await sandboxForTest();
  const start = (port = '0') =>
    runningGateway(
      { GENESYSCLOUD_API_URL: sandbox.url, PORT: port, ...settings },
      [process.execPath, program],
      { cwd: folder },
    );
  return { sandbox, start, ...(await start()) };
}

describe('in the package', () => {
  test('metrics are served', async () => {
    const { address, output } = await packagedGateway({ METRICS_PORT: '0' });
    expect(await ask(address, USER)).toEqual(userAnswer);
    const [metrics = ''] = /http:\S+\/metrics/.exec(output.stdout) ?? [];
    const scrape = new Scrape(await (await fetch(metrics)).text());
    expect(scrape.value('gateway_upstream_calls_total', { resource: 'users' })).toBe(1);
  });

  test('traces are exported', async () => {
    const collector = await collectorForTest();
    const { address, child, closed, output } = await packagedGateway({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    expect(await ask(address, USER)).toEqual(userAnswer);
    child.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
    expect(output.stderr).toBe('');
    const kinds = collector.spans.map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['SERVER', 'CLIENT']));
    expect(new Set(collector.spans.map(({ traceId }) => traceId)).size).toBe(1);
  });

  test('the subgraph is served, with its SDL and its entities', async () => {
    const { address } = await packagedGateway({ SUBGRAPH: 'on' });
    const { data } = await ask(
      address,
      '{ _service { sdl } _entities(representations: [{ __typename: "User", id: "user-1" }]) { ... on User { name } } }',
    );
    expect(parse(data._service.sdl).definitions.length).toBeGreaterThan(10);
    expect(data._service.sdl).toContain('@key(fields: "id")');
    expect(data._entities).toEqual([{ name: 'Name of user-1' }]);
  });

  test.skipIf(whySkipped !== null)('replicas share what they have read, over Redis', async () => {
    const redis = await redisForTest();
    const { sandbox, start, address } = await packagedGateway({
      REDIS_URL: redis.url,
      REDIS_PEPPER: 'a pepper of these tests, long enough',
    });
    const other = await start();
    for (const each of [address, other.address]) {
      const sharing = async () => (await fetch(new URL('/ready', each))).json();
      await expect.poll(sharing).toMatchObject({ checks: { redis: 'ok' } });
    }
    expect(await ask(address, USER)).toEqual(userAnswer);
    expect(await ask(other.address, USER)).toEqual(userAnswer);
    expect(sandbox.requests.map(({ resource }) => resource)).toEqual(['users']);
  });

  test('settings come from a file, and doctor tells that they work', async () => {
    const sandbox = await sandboxForTest();
    const [settings, token] = [join(folder, 'gateway.yaml'), join(folder, 'token')];
    writeFileSync(settings, `upstream:\n  apiUrl: ${sandbox.url}\n`);
    writeFileSync(token, TOKEN);
    const args = ['doctor', '--config', settings, '--token-file', token, '--format', 'json'];
    const { closed, output } = run({}, [process.execPath, program, ...args]);
    expect(await closed, output.stdout + output.stderr).toEqual([0, null]);
    expect(JSON.parse(output.stdout)).toMatchObject({ result: 'works' });
    expect(sandbox.requests.length).toBeGreaterThan(0);
  });
});
