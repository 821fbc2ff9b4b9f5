import { describe, expect, test } from 'vitest';
import { exampleQueries } from '../../src/http/graphiql.ts';
import { EXAMPLE_CAMPAIGN_ID, generateOrganisation } from '../../src/sandbox/generate-organisation.ts';
import { type Gateway } from '../../src/gateway.ts';
import { forgetfulGatewayForTest, gatewayForTest, graphqlRequest, TOKEN } from '../support/gateway.ts';

const GRAPHQL = 'http://localhost/graphql';
const wantingJson = { accept: 'application/json', 'x-graphql-yoga-csrf': '1' };

/** Page that a browser gets, and its parts. */
async function openPage(gateway: Gateway) {
  const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
  const response = await gateway.fetch(new Request(GRAPHQL, { headers: { accept } }));
  const html = await response.text();
  const script = /<script>(.*?)<\/script>/s.exec(html)?.[1] ?? '';
  const styles = [...html.matchAll(/<style>(.*?)<\/style>/gs)].map(([, text]) => text ?? '');
  const markup = styles.reduce((text, style) => text.replace(style, ''), html.replace(script, ''));
  const style = styles.join('\n');
  return { response, html, markup, style, script };
}

describe('the GraphiQL page', () => {
  test("is served to a browser at /graphql, complete and with the gateway's own title", async () => {
    const { gateway } = await gatewayForTest();
    const { response, html, markup } = await openPage(gateway);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(html.trimEnd()).toMatch(/<\/html>$/);
    expect(markup).toContain('<title>Campaign interaction gateway</title>');
  });

  test('contains all its parts, so that a browser loads nothing from another host', async () => {
    const { gateway } = await gatewayForTest();
    const { markup, style } = await openPage(gateway);
    // One script and two style sheets (the gateway's own last), all inlined. All other references are data URLs.
    expect(markup.match(/<(script|style|link|img|iframe|object|embed|base|meta)\b/g)).toEqual([
      '<meta',
      '<link',
      '<style',
      '<style',
      '<script',
    ]);
    const references = [...markup.matchAll(/\b(?:src|srcset|href|action|data|content)\s*=\s*"([^"]*)"/g)];
    expect(references.map(([, url]) => url?.slice(0, 5))).toEqual(['data:']);
    expect(markup.replaceAll(/"data:[^"]*"/g, '')).not.toMatch(/(https?:)?\/\//);
    const fetched = [...style.matchAll(/url\(\s*["']?([^"')]*)/g)].map(([, url]) => url?.slice(0, 5));
    expect([...new Set(fetched)]).toEqual(['data:']);
    expect(style).not.toContain('@import');
  });

  test('opens with three example queries, one per tab, each with a comment, and does not store headers', async () => {
    const { gateway } = await gatewayForTest();
    const { script } = await openPage(gateway);
    const [, options = ''] = /renderYogaGraphiQL\(\s*window\.\S+,\s*(\{.*\}),\s*\);\s*$/s.exec(script) ?? [];
    const { defaultTabs, shouldPersistHeaders } = JSON.parse(options);
    expect(defaultTabs).toEqual(exampleQueries('id-of-a-campaign').map((query) => ({ query })));
    expect(defaultTabs).toHaveLength(3);
    for (const { query } of defaultTabs) expect(query).toMatch(/^# \w/);
    // A bearer token typed into the page must not outlive the page.
    expect(shouldPersistHeaders).toBe(false);
  });

  test('is not served to a client that accepts JSON', async () => {
    const { gateway } = await gatewayForTest();
    const request = new Request(`${GRAPHQL}?query={__typename}`, { headers: wantingJson });
    const response = await gateway.fetch(request);
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
  });
});

describe('an example query', () => {
  const [screen = '', campaigns = '', talking = ''] = exampleQueries(EXAMPLE_CAMPAIGN_ID);

  test.each([
    ['CampaignScreen', screen],
    ['Campaigns', campaigns],
    ['Talking', talking],
  ])('runs unchanged against the sandbox: %s', async (name, text) => {
    expect(text).toContain(`query ${name}`);
    const { query } = await gatewayForTest({ organisation: generateOrganisation(1) });
    const { data, errors } = await query(text);
    expect(errors).toBeUndefined();
    const [connection]: { nodes: unknown[]; totalCount: number }[] = Object.values(data);
    expect(connection?.nodes.length).toBeGreaterThan(0);
    expect(connection?.totalCount).toBeGreaterThan(0);
  });

  test('costs what its comment says: one call for each kind of reference, and one for each script', async () => {
    const { query, calls } = await gatewayForTest({ organisation: generateOrganisation(1) });
    const { data } = await query(screen.replaceAll('script {', 'script { id'));
    const { nodes }: { nodes: { script: { id: string } | null }[] } = data.campaignInteractions;
    expect(calls()).toEqual({
      campaignInteractions: 1,
      campaigns: 1,
      users: 1,
      queues: 1,
      skills: 1,
      contacts: 1,
      scripts: new Set(nodes.flatMap(({ script }) => script?.id ?? [])).size,
    });
  });

  test('costs one call for a page of campaigns, and one each for their progress and stats', async () => {
    const { query, calls } = await gatewayForTest({ organisation: generateOrganisation(1) });
    await query(campaigns);
    expect(calls()).toEqual({ campaigns: 1, campaignProgress: 1, campaignStats: 1 });
  });

  test('costs one call for names alone, and one more for each commented-out line that is enabled', async () => {
    const { query, calls } = await forgetfulGatewayForTest({ organisation: generateOrganisation(1) });
    await query(talking);
    expect(calls()).toEqual({ campaignInteractions: 1 });
    expect((await query(talking.replace('# presence', 'presence'))).errors).toBeUndefined();
    expect(calls()).toEqual({ campaignInteractions: 1, users: 1 });
    const { data, errors } = await query(talking.replaceAll(/^( +)# /gm, '$1'));
    expect(errors).toBeUndefined();
    expect(calls()).toEqual({ campaignInteractions: 1, users: 2 });
    expect(data.campaignInteractions.nodes[0].agent).toMatchObject({
      presence: { systemPresence: expect.any(String) },
      manager: { email: expect.stringContaining('@') },
    });
  });
});

/** Requests that get every kind of answer, good and bad. */
const requests: Readonly<Record<string, () => Request>> = {
  'a query': () => graphqlRequest('{ user(id: "user-1") { name } }'),
  'a query without the credential that it needs': () =>
    graphqlRequest('{ user(id: "user-1") { name } }', {}, null),
  'a query by GET': () => new Request(`${GRAPHQL}?query={__typename}`, { headers: wantingJson }),
  'a syntax error': () => graphqlRequest('{'),
  'an unknown field': () => graphqlRequest('{ nothing }'),
  'an invalid argument': () => graphqlRequest('{ campaigns(first: -1) { totalCount } }'),
  'a syntax error that gets a status of its own': () => {
    const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
    return new Request(GRAPHQL, { method: 'POST', headers, body: '{"query":"{"}' });
  },
  'a body that is not JSON': () =>
    new Request(GRAPHQL, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' }),
  'a body of an unsupported type': () =>
    new Request(GRAPHQL, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' }),
  'an unsupported method': () => new Request(GRAPHQL, { method: 'DELETE' }),
  'a preflight of a browser': () =>
    new Request(GRAPHQL, {
      method: 'OPTIONS',
      headers: { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    }),
  'a GET that any web page could have sent': () => new Request(`${GRAPHQL}?query={__typename}`),
  'an unknown path': () => new Request('http://localhost/elsewhere'),
  'a request for the GraphiQL page': () => new Request(GRAPHQL, { headers: { accept: 'text/html' } }),
};

describe.each(Object.entries(requests))('the answer to %s', (_name, requestOf) => {
  test('has headers against caching and content sniffing, and lets no other website read it', async () => {
    const { gateway } = await gatewayForTest();
    const request = requestOf();
    for (const origin of ['https://elsewhere.example', 'null', 'http://localhost:3000']) {
      const foreign = new Request(request.clone());
      foreign.headers.set('origin', origin);
      const response = await gateway.fetch(foreign);
      await response.arrayBuffer();
      expect(response.headers.get('cache-control')).toBe('private, no-store');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });
});

test('an access_token in the URL is no credential', async () => {
  const { gateway, calls } = await gatewayForTest();
  const address = `${GRAPHQL}?query={user(id:"user-1"){name}}&access_token=${TOKEN}`;
  const response = await gateway.fetch(new Request(address, { headers: wantingJson }));
  const { data, errors } = await response.json();
  expect(data).toEqual({ user: null });
  expect(errors[0].extensions.code).toBe('UNAUTHENTICATED');
  expect(calls()).toEqual({});
});
