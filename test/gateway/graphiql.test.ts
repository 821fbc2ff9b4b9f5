import { createHash } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import { exampleQueries } from '../../src/http/graphiql.ts';
import { EXAMPLE_CAMPAIGN_ID, generateOrganisation } from '../../src/sandbox/generate-organisation.ts';
import { assembleGateway, type AssembledGateway } from '../../src/gateway.ts';
import { forgetfulGatewayForTest, gatewayForTest, graphqlRequest, TOKEN } from '../support/gateway.ts';

const GRAPHQL = 'http://localhost/graphql';
const wantingJson = { accept: 'application/json', 'x-graphql-yoga-csrf': '1' };

const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

/** Page that a browser gets, and its parts. */
async function openPage(gateway: AssembledGateway) {
  const response = await gateway.fetch(new Request(GRAPHQL, { headers: BROWSER }));
  const html = await response.text();
  const [, script = ''] = /<script>(.*?)<\/script>/s.exec(html) ?? [];
  const references = [...html.matchAll(/\b(?:src|srcset|href|action|data|content)\s*=\s*"([^"]*)"/g)].map(
    ([, url = '']) => url,
  );
  return { response, html, script, references };
}

/** Options that the page gives to GraphiQL. */
// oxlint-disable-next-line typescript/no-explicit-any -- parsed JSON
function optionsIn({ script }: { readonly script: string }): any {
  const [, options = ''] = /\)\((\{.*\}), window\)/s.exec(script) ?? [];
  return JSON.parse(options);
}

/** Files that the page loads, by their ending. */
async function filesOf(gateway: AssembledGateway, headers: HeadersInit = {}) {
  const { references } = await openPage(gateway);
  const files = references.map(async (reference) => {
    const url = new URL(reference, GRAPHQL);
    const response = await gateway.fetch(new Request(url, { headers }));
    return [url.pathname.split('.').at(-1) ?? '', { url, response }] as const;
  });
  return new Map(await Promise.all(files));
}

describe('the GraphiQL page', () => {
  test("is served to a browser at /graphql, small, complete and with the gateway's own title", async () => {
    const { gateway } = await gatewayForTest();
    const { response, html } = await openPage(gateway);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(html.trimEnd()).toMatch(/<\/html>$/);
    expect(html).toContain('<title>Campaign interaction gateway</title>');
    expect(html.length).toBeLessThan(10_000);
  });

  test('is at the path without a slash at its end, where its files are, also behind a path of a proxy', async () => {
    const { gateway } = await gatewayForTest();
    for (const path of ['/graphql/', '/graphql/?query=%7B__typename%7D', '//elsewhere.example/graphql/']) {
      const url = `http://localhost${path}`;
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      const response = await gateway.fetch(new Request(url, { headers: BROWSER }));
      expect(response.status).toBe(308);
      expect(new URL(response.headers.get('location') ?? '', url).href).toBe(
        url.replace('graphql/', 'graphql'),
      );
    }
    const asked = await gateway.fetch(
      new Request(`${GRAPHQL}/?query={__typename}`, { headers: wantingJson }),
    );
    expect(await asked.json()).toEqual({ data: { __typename: 'Query' } });
  });

  test('is not what a program gets that prefers an answer', async () => {
    const { gateway } = await gatewayForTest();
    for (const accept of ['application/json, text/html;q=0.5', 'text/html;q=0, */*']) {
      const headers = { ...wantingJson, accept };
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      const response = await gateway.fetch(new Request(`${GRAPHQL}?query={__typename}`, { headers }));
      // oxlint-disable-next-line eslint/no-await-in-loop
      expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
    }
  });

  test('loads an icon, a style sheet and a script of this host, which name nothing of another', async () => {
    const { gateway } = await gatewayForTest();
    const { html, references } = await openPage(gateway);
    expect(html.match(/<(script|style|link|img|iframe|object|embed|base|meta)\b/g)).toEqual([
      '<meta',
      '<link',
      '<link',
      '<script',
      '<script',
    ]);
    expect(references).toEqual([
      expect.stringMatching(/^graphql\/assets\/graphiql-[\w-]{16}\.ico$/),
      expect.stringMatching(/^graphql\/assets\/graphiql-[\w-]{16}\.css$/),
      expect.stringMatching(/^graphql\/assets\/graphiql-[\w-]{16}\.js$/),
    ]);
    expect(html).not.toMatch(/(https?:)?\/\//);
    const style = (await (await filesOf(gateway)).get('css')?.response.text()) ?? '';
    const fetched = [...style.matchAll(/url\(\s*["']?([^"')]*)/g)].map(([, url]) => url?.slice(0, 5));
    expect([...new Set(fetched)]).toEqual(['data:']);
    expect(style).not.toContain('@import');
  });

  test('has files that browsers keep, because their names change with their content', async () => {
    const { gateway } = await gatewayForTest();
    const types = {
      ico: 'image/x-icon',
      css: 'text/css; charset=utf-8',
      js: 'text/javascript; charset=utf-8',
    };
    for (const [ending, { url, response }] of await filesOf(gateway)) {
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe(Reflect.get(types, ending));
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin');
      // oxlint-disable-next-line eslint/no-await-in-loop -- one file after the other
      const bytes = Buffer.from(await response.arrayBuffer());
      const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 16);
      expect(url.pathname).toBe(`/graphql/assets/graphiql-${hash}.${ending}`);
      // oxlint-disable-next-line eslint/no-await-in-loop
      const head = await gateway.fetch(new Request(url, { method: 'HEAD' }));
      // oxlint-disable-next-line eslint/no-await-in-loop
      expect([head.status, await head.text()]).toEqual([200, '']);
    }
  });

  test.each([
    '/graphql/assets/',
    '/graphql/assets/graphiql-0123456789abcdef.js',
    '/graphql/assets/__proto__',
  ])('has no file %s', async (path) => {
    const { gateway } = await gatewayForTest();
    const response = await gateway.fetch(new Request(new URL(path, GRAPHQL)));
    expect(response.status).toBe(404);
    expect(response.headers.get('cache-control')).toBe('private, no-store');
  });

  test('is not there, nor are its files, when GraphiQL is off', async () => {
    const [on, off] = await Promise.all([gatewayForTest(), gatewayForTest({ env: { GRAPHIQL: 'off' } })]);
    for (const { url } of (await filesOf(on.gateway)).values()) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one file after the other
      expect((await off.gateway.fetch(new Request(url))).status).toBe(404);
    }
  });

  test('lets the browser run its script, by a policy with the hash of the only part that is inlined', async () => {
    const { gateway } = await gatewayForTest();
    const { response, script } = await openPage(gateway);
    const hash = createHash('sha256').update(script).digest('base64');
    expect(response.headers.get('content-security-policy')).toContain(`script-src 'self' 'sha256-${hash}';`);
  });

  test('opens with three example queries, one per tab, each with a comment, and does not store headers', async () => {
    const { gateway } = await gatewayForTest();
    const { defaultTabs, shouldPersistHeaders } = optionsIn(await openPage(gateway));
    const [screen, campaigns, talking] = exampleQueries('id-of-a-campaign');
    // Without a known campaign, the list of campaigns comes first.
    expect(defaultTabs).toEqual([campaigns, screen, talking].map((query) => ({ query })));
    for (const { query } of defaultTabs) expect(query).toMatch(/^# \w/);
    // A bearer token typed into the page must not outlive the page.
    expect(shouldPersistHeaders).toBe(false);
  });

  test('opens with the screen of the campaign that the sandbox is known to have', async () => {
    const { sandbox } = await gatewayForTest();
    const gateway = assembleGateway({
      config: parseConfig({}),
      target: { apiUrl: sandbox.url, credentials: { mode: 'accessToken', accessToken: TOKEN } },
      exampleCampaignId: EXAMPLE_CAMPAIGN_ID,
    });
    onTestFinished(() => gateway.dispose());
    const { defaultTabs, defaultHeaders, defaultEditorToolsVisibility } = optionsIn(await openPage(gateway));
    expect(defaultTabs).toEqual(exampleQueries(EXAMPLE_CAMPAIGN_ID).map((query) => ({ query })));
    expect(JSON.parse(defaultHeaders)).toEqual({ 'x-upstream-report': '1' });
    expect(defaultEditorToolsVisibility).toBe('headers');
  });

  test.each([
    ['callers send tokens of the upstream', {}, { authorization: 'Bearer ' }],
    [
      'reports may be asked for',
      { UPSTREAM_REPORT: 'on' },
      { authorization: 'Bearer ', 'x-upstream-report': '1' },
    ],
    [
      'callers send API keys',
      { GENESYSCLOUD_ACCESS_TOKEN: TOKEN, AUTH_API_KEY_HASHES: '0'.repeat(64) },
      { 'x-api-key': '' },
    ],
    [
      'callers send tokens of an identity provider',
      {
        GENESYSCLOUD_ACCESS_TOKEN: TOKEN,
        AUTH_JWKS_URL: 'http://127.0.0.1:1/keys',
        AUTH_ISSUER: 'https://issuer.example',
        AUTH_AUDIENCE: 'gateway',
      },
      { authorization: 'Bearer ' },
    ],
  ])('has a template of headers where %s, with which alone nothing is spent', async (_who, env, headers) => {
    const { gateway, calls } = await gatewayForTest({ env });
    const { defaultHeaders, defaultEditorToolsVisibility } = optionsIn(await openPage(gateway));
    expect(JSON.parse(defaultHeaders)).toEqual(headers);
    expect(defaultEditorToolsVisibility).toBe('headers');
    const ask = async (query: string) => {
      const sent = graphqlRequest(query, {}, null);
      for (const [name, value] of Object.entries(headers)) sent.headers.set(name, value);
      return (await gateway.fetch(sent)).json();
    };
    expect(await ask('{ schema: __schema { queryType { name } } }')).toMatchObject({
      data: { schema: { queryType: { name: 'Query' } } },
    });
    const { errors } = await ask('{ user(id: "user-1") { name } }');
    expect(errors[0].extensions.code).toBe('UNAUTHENTICATED');
    expect(calls()).toEqual({});
  });

  test('has no template of headers where callers need none', async () => {
    const env = { GENESYSCLOUD_ACCESS_TOKEN: TOKEN, AUTH_NONE: 'i-know' };
    const options = optionsIn(await openPage((await gatewayForTest({ env })).gateway));
    expect(options).not.toHaveProperty('defaultHeaders');
    expect(options.defaultEditorToolsVisibility).toBe(false);
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

test('no other website can read the GraphiQL page or its files', async () => {
  const { gateway } = await gatewayForTest();
  const { references } = await openPage(gateway);
  for (const path of ['/graphql', ...references]) {
    const headers = { ...BROWSER, origin: 'https://elsewhere.example' };
    // oxlint-disable-next-line eslint/no-await-in-loop -- one file after the other
    const response = await gateway.fetch(new Request(new URL(path, GRAPHQL), { headers }));
    expect(response.status).toBe(200);
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin');
  }
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
