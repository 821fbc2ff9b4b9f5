import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import { assembleGateway } from '../../src/gateway.ts';
import { gatewayForTest, TOKEN } from '../support/gateway.ts';
import { listeningForTest } from '../support/listening.ts';

const ROOT = 'http://localhost/';
const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

describe('the landing page', () => {
  test('says to a browser where GraphiQL and health are, by links that work behind any path', async () => {
    const { gateway, calls } = await gatewayForTest();
    const response = await gateway.fetch(new Request(ROOT, { headers: BROWSER }));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('vary')).toBe('Accept');
    const html = await response.text();
    expect(html).toContain('<title>Campaign interaction gateway</title>');
    expect(html).toContain('GraphiQL');
    expect(html).toContain('README.md');
    const links = [...html.matchAll(/ href="([^"]*)"/g)].map(([, link]) => link);
    expect(links).toEqual(['data:,', 'graphql', 'health', 'ready']);
    for (const link of links.slice(1)) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      const linked = await gateway.fetch(new Request(new URL(link ?? '', ROOT), { headers: BROWSER }));
      expect(linked.status).toBe(200);
    }
    expect(calls()).toEqual({});
  });

  test('loads nothing, runs no script and is shown in no other page', async () => {
    const { gateway } = await gatewayForTest();
    const response = await gateway.fetch(new Request(ROOT, { headers: BROWSER }));
    const html = await response.text();
    const [, style = ''] = /<style>(.*?)<\/style>/s.exec(html) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(response.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(html).not.toMatch(/<script|(https?:)?\/\//);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
  });

  test('is a text for programs', async () => {
    const { gateway } = await gatewayForTest();
    for (const accept of ['*/*', 'application/json', 'application/json, text/html;q=0.5']) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      const response = await gateway.fetch(new Request(ROOT, { headers: { accept } }));
      expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
      // oxlint-disable-next-line eslint/no-await-in-loop
      const text = await response.text();
      expect(text).toMatch(/^\/graphql: [^]*^\/health: [^]*^\/ready: /m);
      expect(text).not.toContain('<');
    }
  });

  test('answers HEAD without a body, and other methods with 405', async () => {
    const { gateway } = await gatewayForTest();
    const head = await gateway.fetch(new Request(ROOT, { method: 'HEAD', headers: BROWSER }));
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
      200,
      'text/html; charset=utf-8',
      '',
    ]);
    for (const method of ['POST', 'DELETE', 'OPTIONS']) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      const response = await gateway.fetch(new Request(ROOT, { method }));
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      // oxlint-disable-next-line eslint/no-await-in-loop
      expect(await response.text()).toContain('/graphql');
    }
  });

  test('does not mention GraphiQL where it is off', async () => {
    const { gateway } = await gatewayForTest({ env: { GRAPHIQL: 'off' } });
    const response = await gateway.fetch(new Request(ROOT, { headers: BROWSER }));
    expect(await response.text()).not.toContain('GraphiQL');
  });

  test('says whether the data is that of the embedded sandbox, and tells nothing of settings', async () => {
    const { gateway, sandbox } = await gatewayForTest();
    const embedded = assembleGateway({
      config: parseConfig({}),
      target: { apiUrl: sandbox.url, credentials: { mode: 'accessToken', accessToken: TOKEN } },
    });
    onTestFinished(() => embedded.dispose());
    const [ofUpstream, ofSandbox] = await Promise.all(
      [gateway, embedded].map(async (each) => (await each.fetch(new Request(ROOT))).text()),
    );
    expect(ofSandbox).toContain('embedded sandbox');
    expect(ofUpstream).not.toContain('sandbox');
    for (const text of [ofUpstream, ofSandbox]) {
      expect(text).not.toContain(TOKEN);
      expect(text).not.toContain(new URL(sandbox.url).port);
    }
  });

  test('is not shown in the name of another host', async () => {
    const { gateway } = await gatewayForTest();
    const address = await listeningForTest(gateway.listener);
    const statusFor = (host: string) =>
      new Promise((resolve, reject) => {
        const sent = request(address, { headers: { host, ...BROWSER } });
        sent
          .on('error', reject)
          .on('response', (response) => resolve(response.resume().statusCode))
          .end();
      });
    expect(await statusFor('localhost')).toBe(200);
    expect(await statusFor('elsewhere.example')).toBe(403);
  });
});

test.each([
  '/elsewhere',
  '/favicon.ico',
  '/graphqlx',
  '/graphql/elsewhere',
  '/__proto__',
  '//',
  '/behind/graphql?query={__typename}',
  '/elsewhere?query=/graphql',
])('where there is nothing, as at %s, a 404 names the path of GraphQL', async (path) => {
  const { gateway } = await gatewayForTest();
  for (const method of ['GET', 'POST']) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
    const response = await gateway.fetch(
      new Request(`http://localhost${path}`, { method, headers: BROWSER }),
    );
    expect(response.status).toBe(404);
    // oxlint-disable-next-line eslint/no-await-in-loop
    expect(await response.json()).toEqual({
      errors: [
        {
          message: 'There is nothing at this path. GraphQL is at /graphql.',
          extensions: { code: 'NOT_FOUND' },
        },
      ],
    });
  }
});

test.each(['/graphql', '/graphql/', '/behind/graphql', '/behind/graphql/', '/graphql?a', '/graphql/?a'])(
  'a query at %s is answered',
  async (path) => {
    const { gateway } = await gatewayForTest();
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ query: '{ __typename }' });
    const response = await gateway.fetch(
      new Request(`http://localhost${path}`, { method: 'POST', headers, body }),
    );
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
  },
);
