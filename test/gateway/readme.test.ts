import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { parseConfig } from '../../src/config/config.ts';
import { generateOrganisation } from '../../src/sandbox/generate-organisation.ts';
import { callsOfEveryDetail, everyDetail } from '../support/answers.ts';
import { curlRequests, Page, startSettings } from '../support/documentation.ts';
import { gatewayForTest, TOKEN } from '../support/gateway.ts';

const readme = new Page('README.md');

test('the README’s query returns the fields that the README shows, for the calls that it states', async () => {
  const { query, calls } = await gatewayForTest({ organisation: generateOrganisation(1) });
  const { data, errors } = await query(readme.block('graphql'));
  expect(errors).toBeUndefined();
  const shown = JSON.parse(readme.block('json')).data.campaignInteractions;
  expect(Object.keys(data.campaignInteractions)).toEqual(Object.keys(shown));
  expect(Object.keys(data.campaignInteractions.nodes[0])).toEqual(Object.keys(shown.nodes[0]));
  expect(readme.prose).toContain('takes four upstream calls');
  expect(calls()).toEqual({ campaignInteractions: 1, users: 1, contacts: 1, queues: 1 });
});

test('the screen of a hundred interactions with every detail costs the nine calls of the README’s table', async () => {
  const { query, calls } = await gatewayForTest();
  await query(everyDetail);
  const counted = calls();
  expect(counted).toEqual(callsOfEveryDetail);
  const rows = readme.table('resource', 'calls', 'why');
  const told = rows.map(([name = '', count]) => [name.replaceAll('`', ''), Number(count)] as const);
  expect(Object.fromEntries(told)).toEqual(counted);
  expect(told.reduce((sum, [, count]) => sum + count, 0)).toBe(9);
});

test('a second screen while the list is fresh costs no call', async () => {
  const { query, calls } = await gatewayForTest({
    env: { CACHE_MAX_BYTES: '', INTERACTIONS_WINDOW_MS: '60000', INTERACTIONS_MAX_AGE_MS: '60000' },
  });
  await query(everyDetail);
  expect(calls()).toEqual(callsOfEveryDetail);
  await query(everyDetail);
  expect(calls()).toEqual({});
});

test('an organisation of one’s own is asked as the README says: by a region, and a caller’s token', async () => {
  const { upstream } = parseConfig(startSettings(readme.block('sh', 'GENESYSCLOUD_REGION')) ?? {});
  expect(upstream.target?.apiUrl).toBe('https://api.mypurecloud.ie');
  expect(upstream.target?.credentials.mode).toBe('passThrough');
  const { gateway, calls } = await gatewayForTest();
  const [request] = curlRequests(readme.block('sh', 'curl').replace('$TOKEN', TOKEN));
  const answer = JSON.parse(await (await gateway.fetch(request ?? new Request(''))).text());
  expect(answer.errors).toBeUndefined();
  expect(answer.data.campaigns.nodes.length).toBeGreaterThan(0);
  expect(calls()).toEqual({ campaigns: 1 });
});

test('the tarball in the README is that of this version', () => {
  expect(readme.block('sh', 'npm pack')).toContain(`./${packageJson.name}-${packageJson.version}.tgz`);
});
