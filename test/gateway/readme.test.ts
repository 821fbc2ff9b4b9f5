import { existsSync, readFileSync } from 'node:fs';
import { isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { recordCalls } from '../../scripts/drift/calls.ts';
import { generateOrganisation } from '../../src/sandbox/generate-organisation.ts';
import { schema } from '../../src/schema.ts';
import { cardinalities } from '../../src/config/cardinalities.ts';
import { GatewayMetrics } from '../../src/observability/metrics/gateway-metrics.ts';
import { secretSettings, settings } from '../../src/config/settings.ts';
import { builtInPackages } from '../support/built-in-packages.ts';
import { gatewayForTest } from '../support/gateway.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** First code block of the README in a language; empty if there is none. */
function block(language: string): string {
  return new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(readme)?.[1] ?? '';
}

/** Rows of the README's table with this header, as trimmed cells. */
function table(...header: string[]): string[][] {
  const lines = readme.split('\n').map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const start = lines.findIndex((cells) => cells.join() === header.join());
  const rows = lines.slice(start + 2);
  return rows.slice(
    0,
    rows.findIndex((cells) => cells.length === 0),
  );
}

test('the README’s query returns the fields that the README shows, for the calls that it states', async () => {
  const { query, calls } = await gatewayForTest({ organisation: generateOrganisation(1) });
  const { data, errors } = await query(block('graphql'));
  expect(errors).toBeUndefined();
  const shown = JSON.parse(block('json'));
  expect(Object.keys(data.campaignInteractions)).toEqual(Object.keys(shown.data.campaignInteractions));
  expect(Object.keys(data.campaignInteractions.nodes[0])).toEqual(
    Object.keys(shown.data.campaignInteractions.nodes[0]),
  );
  expect(readme).toContain('for four upstream calls');
  expect(calls()).toEqual({ campaignInteractions: 1, users: 1, contacts: 1, queues: 1 });
});

test('the README’s table of settings matches the code', () => {
  expect(
    table('setting', 'meaning', 'default').map(([name, meaning, value]) => [name, meaning, value]),
  ).toEqual(
    Object.entries(settings).map(([name, setting]) => [
      `\`${name}\``,
      setting.meaning,
      setting.default ?? 'not set',
    ]),
  );
});

test('the README names the settings that can be in files', () => {
  const [, list = ''] =
    /whose path `<NAME>_FILE` names, such as `REDIS_URL_FILE`: ([^.]*)\./.exec(readme) ?? [];
  expect([...list.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual(secretSettings);
});

test('the README’s table of cardinalities matches the code', () => {
  expect(
    table('cardinality', 'most', 'of what').map(([name, most, meaning]) => [name, most, meaning]),
  ).toEqual(
    Object.entries(cardinalities).map(([name, { most, meaning }]) => [`\`${name}\``, String(most), meaning]),
  );
});

test('the README’s table of permissions matches the calls that are made', async () => {
  const needed = new Map(
    (await recordCalls()).map(({ resource, permissions }) => [
      `\`${resource}\``,
      permissions.map((permission) => `\`${permission}\``).join(' or ') || 'none',
    ]),
  );
  const rows = table('selected', 'resource', 'permission');
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.map(([, resource, permission]) => [resource, permission])).toEqual([...needed]);
});

test('the README names as personal data exactly the fields that the schema marks', () => {
  const marked = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) => Object.values(type.getFields()))
    .filter(({ astNode }) => astNode?.directives?.some(({ name }) => name.value === 'personalData'))
    .map(({ name }) => name);
  const [told = ''] = /\*\*personal data\*\*: .*?\./s.exec(readme) ?? [];
  const names = [...told.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
  expect(names.toSorted()).toEqual(marked.toSorted());
});

test('the README’s table of sandbox settings has exactly those that the sandbox reads', () => {
  const source = readFileSync(
    new URL('../../src/sandbox/parse-sandbox-settings.ts', import.meta.url),
    'utf8',
  );
  const read = new Set(source.match(/SANDBOX_[A-Z_]+/g));
  const told = [...readme.matchAll(/^\| `(SANDBOX_[A-Z_]+)`/gm)].map(([, name]) => name);
  expect(new Set(told)).toEqual(read);
});

test('the README’s table of metrics has exactly those that are exported', async () => {
  const metrics = new GatewayMetrics();
  await gatewayForTest({ metrics });
  metrics.watchConnections(() => 0);
  const exported = (await metrics.text()).match(/(?<=^# TYPE )gateway_\w+/gm) ?? [];
  expect(exported.length).toBeGreaterThan(0);
  expect(table('metric', 'what it tells').map(([name]) => name)).toEqual(
    expect.arrayContaining(exported.map((name) => `\`${name}\``)),
  );
  expect(table('metric', 'what it tells')).toHaveLength(exported.length);
});

test('the README gives a reason for every package that is built in', () => {
  const rows = table('package', 'why it is here');
  expect(rows.map(([name]) => name)).toEqual(builtInPackages().map((name) => `\`${name}\``));
  for (const [, why] of rows) expect(why).toMatch(/\w{3}/);
});

test('every file and folder that the README links or lists exists', () => {
  const links = [
    ...readme.matchAll(
      /\]\(((?:src|test|schema|codegen|examples|scripts|deploy|CHANGELOG|Dockerfile)[^)]*)\)/g,
    ),
  ].map(([, path]) => path ?? '');
  const tree = [...readme.matchAll(/^((?:src|bin|schema|examples|scripts)[./]\S*) {2,}/gm)].map(
    ([, path]) => path ?? '',
  );
  expect(links.length).toBeGreaterThan(3);
  expect(tree.length).toBeGreaterThan(6);
  expect(
    [...links, ...tree].filter((path) => !existsSync(new URL(`../../${path}`, import.meta.url))),
  ).toEqual([]);
});
