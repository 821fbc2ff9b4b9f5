import { isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { recordCalls } from '../../scripts/drift/calls.ts';
import { commandNames } from '../../src/commands/commands.ts';
import { cardinalities } from '../../src/config/cardinalities.ts';
import { parseConfig } from '../../src/config/config.ts';
import { type SettingName, settings } from '../../src/config/settings.ts';
import { GatewayMetrics } from '../../src/observability/metrics/gateway-metrics.ts';
import { schema } from '../../src/schema.ts';
import { everyDetail, onlyError, screen } from '../support/answers.ts';
import { builtInPackages } from '../support/built-in-packages.ts';
import { capturedLog } from '../support/captured-log.ts';
import { curlRequests, Page, pages, startSettings, textOf } from '../support/documentation.ts';
import { gatewayForTest, graphqlRequest, TOKEN } from '../support/gateway.ts';
import { CAMPAIGN_ID } from '../support/organisation.ts';
import { serviceGatewayForTest } from '../support/service-gateway.ts';

const cost = new Page('docs/cost.md');
const errors = new Page('docs/errors.md');
const observe = new Page('docs/observe.md');
const operate = new Page('docs/operate.md');
const security = new Page('docs/security.md');

describe('docs/cost.md', () => {
  test('has the cardinalities of the code', () => {
    expect(cost.table('cardinality', 'default', 'the most that is assumed of')).toEqual(
      Object.entries(cardinalities).map(([name, { most, meaning }]) => [
        `\`${name}\``,
        String(most),
        meaning,
      ]),
    );
  });

  test('has the calls that each detail of a screen adds', async () => {
    const rows = cost.table('selected', 'upstream calls');
    const details = ['campaign { campaignStatus }', 'agent { email presence { systemPresence } }'];
    details.push('queue { memberCount }', 'skills { state }', 'contact { data }', 'script { publishedDate }');
    const costs = [1, 1, 1, 1, 1, 3];
    for (const [at, detail] of details.entries()) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      const { query, calls } = await gatewayForTest();
      // oxlint-disable-next-line eslint/no-await-in-loop -- the same
      await query(screen(detail));
      const sum = Object.values(calls()).reduce((total, count) => total + count, 0);
      expect({ detail, sum }).toEqual({ detail, sum: 1 + (costs[at] ?? 0) });
      expect(rows[at + 1]?.[1]).toMatch(at === 5 ? /^\+ 1 for each script, here 3$/ : /^\+ 1/);
    }
    const { query, calls } = await gatewayForTest();
    await query(everyDetail);
    const all = Object.values(calls()).reduce((total, count) => total + count, 0);
    expect(rows.find(([selected]) => selected === '**all of it**')?.[1]).toBe(`**${all}**`);
  });

  test('has the plan of the nine calls', async () => {
    const { query } = await gatewayForTest({ env: { MAX_UPSTREAM_CALLS: '1' } });
    const { extensions } = onlyError(await query(everyDetail));
    expect(cost.prose).toContain(`The plan of the nine calls says ${extensions.asked}.`);
  });

  test('has the defaults of the limits of a query', () => {
    const rows = cost.table('limit', 'default', 'setting').filter(([, , name]) => name !== 'none');
    expect(rows).toHaveLength(5);
    for (const [, value, name = ''] of rows) expect(value).toBe(defaultOf(name.replaceAll('`', '')));
  });

  test('shows the error of a query that is too deep as it is answered', async () => {
    const { query } = await gatewayForTest();
    const managers = 12;
    const { message, extensions } = onlyError(
      await query(`{ user(id: "u") { ${'manager { '.repeat(managers)} name ${'} '.repeat(managers)} } }`),
    );
    expect(JSON.parse(cost.block('json', 'GRAPHQL_VALIDATION_FAILED'))).toEqual({ message, extensions });
  });

  test('shows the error of an answer that would be too large as it is answered', async () => {
    const { query } = await gatewayForTest();
    const lists =
      'campaign { interactions(first: 100) { nodes { campaign { interactions(first: 100) { nodes { id } } } } } }';
    const { message, extensions } = onlyError(await query(screen(lists)));
    expect(JSON.parse(cost.block('json', 'answerFields'))).toEqual({ message, extensions });
  });

  test('shows the report with the properties that it has', async () => {
    const { gateway } = await gatewayForTest({ env: { UPSTREAM_REPORT: 'on' } });
    const request = graphqlRequest(everyDetail);
    request.headers.set('x-upstream-report', '1');
    const { extensions } = JSON.parse(await (await gateway.fetch(request)).text());
    const shown = JSON.parse(cost.block('json', '"upstream"')).extensions.upstream;
    expect(Object.keys(shown)).toEqual(Object.keys(extensions.upstream));
    expect(cost.table('property', 'meaning').map(([name]) => name)).toEqual(
      Object.keys(shown).map((name) => `\`${name}\``),
    );
    const called = { resource: 'users', keys: 12, status: 200, ms: 42, retries: 0 };
    expect(Object.keys(shown.calls[0]).toSorted()).toEqual(Object.keys(called).toSorted());
    expect(Object.keys(extensions.upstream.calls[0]).toSorted()).toEqual(Object.keys(called).toSorted());
  });
});

test('docs/errors.md shows the error of a failed call as it is answered', async () => {
  const { query } = await gatewayForTest({ faults: [{ kind: 'status', status: 503, resource: 'users' }] });
  const answer = await query(
    `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 2) { nodes { agent { email } } } }`,
  );
  const { message, path, extensions } = onlyError(answer);
  const { correlationId, ...rest } = extensions;
  expect(correlationId).toEqual(expect.any(String));
  expect(JSON.parse(errors.block('json', 'affected')).errors).toEqual([{ message, path, extensions: rest }]);
});

describe('docs/observe.md', () => {
  test('has exactly the metrics that are exported', async () => {
    const metrics = new GatewayMetrics();
    await gatewayForTest({ metrics });
    metrics.watchConnections(() => 0);
    const exported = (await metrics.text()).match(/(?<=^# TYPE )gateway_\w+/gm) ?? [];
    expect(exported.length).toBeGreaterThan(0);
    const told = observe.table('metric', 'what it tells').map(([name]) => name);
    expect(told).toHaveLength(exported.length);
    expect(new Set(told)).toEqual(new Set(exported.map((name) => `\`${name}\``)));
  });

  test('shows a line of the log with the properties that it has', async () => {
    const { log, entries } = capturedLog();
    const { gateway } = await gatewayForTest({
      log,
      faults: [{ kind: 'status', status: 503, resource: 'users' }],
    });
    const request = graphqlRequest(`query Screen ${everyDetail}`);
    request.headers.set('apollographql-client-name', 'wall-board');
    request.headers.set('apollographql-client-version', '1.4.2');
    await gateway.fetch(request);
    const line = entries().find(({ msg }) => msg === 'request');
    const { pid: _pid, hostname: _hostname, ...properties } = { ...line };
    expect(Object.keys(JSON.parse(observe.block('json'))).toSorted()).toEqual(
      Object.keys(properties).toSorted(),
    );
  });
});

test('docs/operate.md has the commands of the program', () => {
  const told = operate.table('command', 'what it does').map(([name]) => name?.replaceAll('`', ''));
  expect(told).toEqual(commandNames);
});

test('docs/operate.md shows the answer of /ready while the login service is not known', async () => {
  const { gateway } = await serviceGatewayForTest({
    GENESYSCLOUD_LOGIN_URL: 'https://login.nowhere.invalid',
  });
  const shown = JSON.parse(operate.block('json'));
  const ready = async () =>
    JSON.parse(await (await gateway.fetch(new Request('http://gateway.example/ready'))).text());
  await expect.poll(ready).toMatchObject(shown);
});

describe('docs/security.md', () => {
  test('has the permissions of the calls that are made', async () => {
    const needed = new Map(
      (await recordCalls()).map(({ resource, permissions }) => [
        `\`${resource}\``,
        permissions.map((permission) => `\`${permission}\``).join(' or ') || 'none',
      ]),
    );
    const rows = security.table('what a query selects', 'resource', 'permission in Genesys Cloud');
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.map(([, resource, permission]) => [resource, permission])).toEqual([...needed]);
  });

  test('names as personal data exactly the fields that the schema marks', () => {
    const marked = Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .flatMap((type) => Object.values(type.getFields()))
      .filter(({ astNode }) => astNode?.directives?.some(({ name }) => name.value === 'personalData'))
      .map(({ name }) => name);
    const [told = ''] = /\*\*personal data\*\*: .*?\./s.exec(security.text) ?? [];
    const names = [...told.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
    expect(names.toSorted()).toEqual(marked.toSorted());
  });

  test('has requests by the id of a document that are answered', async () => {
    const { gateway } = await gatewayForTest({
      env: { TRUSTED_DOCUMENTS: 'only' },
      manifest: { e2d6: 'query First($first: Int) { campaigns(first: $first) { totalCount } }' },
    });
    const requests = curlRequests(security.block('sh', 'documentId').replaceAll('$TOKEN', TOKEN));
    expect(requests).toHaveLength(2);
    for (const request of requests) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      const { data } = JSON.parse(await (await gateway.fetch(request)).text());
      expect(data.campaigns.totalCount).toBeGreaterThan(0);
    }
  });

  test('has a GET that is answered, for its header proves that no page sent it', async () => {
    const { gateway } = await gatewayForTest();
    const [request] = curlRequests(security.block('sh', 'x-graphql-yoga-csrf'));
    const response = await gateway.fetch(request ?? new Request(''));
    expect(JSON.parse(await response.text())).toEqual({ data: { __typename: 'Query' } });
  });
});

test('docs/sandbox.md has exactly the settings that the sandbox reads', () => {
  const source = textOf('src/sandbox/parse-sandbox-settings.ts');
  const read = new Set(source.match(/SANDBOX_[A-Z_]+/g));
  const told = new Page('docs/sandbox.md').table('setting', 'meaning', 'default');
  expect(new Set(told.map(([name]) => name?.replaceAll('`', '')))).toEqual(read);
});

test('docs/architecture.md gives a reason for every package that is built in', () => {
  const rows = new Page('docs/architecture.md').table('package', 'why it is here');
  expect(rows.map(([name]) => name)).toEqual(builtInPackages().map((name) => `\`${name}\``));
  for (const [, why] of rows) expect(why).toMatch(/\w{3}/);
});

test('docs/federation.md has the configuration of Hive Gateway that a real one is started with', () => {
  const file = textOf('test/world/federation/gateway.config.mjs');
  const page = new Page('docs/federation.md');
  expect(page.block('js')).toBe(file.replace(/^\/\*\*.*\*\/\n/m, ''));
});

/** Commands of all pages that start the gateway with settings. */
const starting = pages.flatMap((path) =>
  new Page(path).blocks.flatMap(({ language, text }) => {
    const env = language === 'sh' ? startSettings(text) : null;
    return env === null || Object.keys(env).length === 0 ? [] : [{ path, text, env }];
  }),
);

test.each(starting)('the settings are accepted with which $path starts the gateway: $text', ({ env }) => {
  const pepper =
    'REDIS_PEPPER' in env ? { REDIS_PEPPER: '0123456789abcdefghijklmnopqrstuvwxyzABCDEFG=' } : {};
  const region = 'GENESYSCLOUD_API_URL' in env ? {} : { GENESYSCLOUD_REGION: 'eu-west-1' };
  expect(() => parseConfig({ ...region, ...env, ...pepper })).not.toThrow();
});

test('the pages have settings to start the gateway with', () => {
  expect(new Set(starting.map(({ path }) => path)).size).toBeGreaterThan(3);
});

test.each(pages)('%s has JSON and YAML that can be read', (path) => {
  const { blocks } = new Page(path);
  const read = {
    json: (text: string): unknown => JSON.parse(text),
    yaml: (text: string): unknown => parse(text),
  };
  for (const [language, reader] of Object.entries(read)) {
    const values = blocks.filter((block) => block.language === language).map(({ text }) => reader(text));
    expect(values.filter((value) => typeof value !== 'object')).toEqual([]);
  }
});

function defaultOf(name: string): string | null {
  return isSetting(name) ? settings[name].default : null;
}

function isSetting(name: string): name is SettingName {
  return Object.hasOwn(settings, name);
}
