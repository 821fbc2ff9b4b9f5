import { request } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import { assembleGateway } from '../../src/gateway.ts';
import { capturedLog } from '../support/captured-log.ts';
import { gatewayForTest, graphqlRequest, TOKEN } from '../support/gateway.ts';
import { listeningForTest } from '../support/listening.ts';

const GRAPHQL = 'http://localhost/graphql';
const USER = '{ user(id: "user-1") { name } }';
const APP = 'https://app.example.com';
const OTHER = 'https://other.example.com';
const bearer = { authorization: `Bearer ${TOKEN}` };

/** What browsers say of pages of other origins. */
const foreignSenders: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['an image in another website', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  [
    'a script in another website',
    { origin: OTHER, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' },
  ],
  ['a page of a neighbouring host', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' }],
  ['a script in a page of a neighbouring host', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }],
  [
    'a page of another website with the origin of the gateway',
    { origin: 'http://localhost', 'sec-fetch-site': 'cross-site' },
  ],
  ['a page without an origin', { origin: 'null', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }],
  ['a page of another origin in an old browser', { origin: OTHER }],
  ['a page without an origin in an old browser', { origin: 'null' }],
  ['a page of another origin, by something like Node', { origin: OTHER, 'sec-fetch-mode': 'cors' }],
  ['a browser that sends no site but another mode', { 'sec-fetch-mode': 'no-cors' }],
  ['a browser that loads an address in advance', { 'sec-fetch-site': 'none', 'sec-purpose': 'prefetch' }],
  ['a sender that contradicts itself', { 'sec-fetch-site': 'same-origin, cross-site' }],
  ['a sender of an unheard-of site', { 'sec-fetch-site': 'nearby' }],
];

describe('a request that any web page could make a browser send is rejected with 403 and without a call:', () => {
  const query = new URLSearchParams({ query: USER });
  const asking = (headers: Readonly<Record<string, string>>) =>
    new Request(`${GRAPHQL}?${query}`, { headers });
  const body = JSON.stringify({ query: USER });

  const requests: readonly (readonly [string, Request])[] = [
    [
      'the GET of an image or a link',
      new Request(`${GRAPHQL}?${query}`, { headers: { accept: 'image/*,*/*' } }),
    ],
    ['a form', new Request(GRAPHQL, { method: 'POST', body: query })],
    ['a text body', new Request(GRAPHQL, { method: 'POST', body })],
    [
      'a text body whose content type has capitals',
      new Request(GRAPHQL, { method: 'POST', headers: { 'content-type': 'Text/Plain' }, body }),
    ],
    ['a body without a content type', new Request(GRAPHQL, { method: 'POST', body: Buffer.from(body) })],
    [
      'a GET with headers that a proxy added',
      new Request(`${GRAPHQL}?${query}`, {
        headers: { 'x-request-id': '1', traceparent: `00-${'1'.repeat(32)}-${'1'.repeat(16)}-01` },
      }),
    ],
    [
      'a GET with a Basic login that the browser added',
      new Request(`${GRAPHQL}?${query}`, { headers: { authorization: 'Basic dXNlcjpwYXNzd29yZA==' } }),
    ],
    ...[
      'message/rfc822',
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/graphql',
      'json',
    ].map((type): readonly [string, Request] => [
      `a GET with the media type ${type}`,
      asking({ 'content-type': type }),
    ]),
    ...['navigate', 'no-cors'].flatMap((mode) =>
      ['cross-site', 'same-site'].flatMap((site) =>
        [
          { authorization: `Bearer ${TOKEN}` },
          { 'x-api-key': 'of-the-proxy' },
          { 'content-type': 'application/json' },
        ].map((added): readonly [string, Request] => [
          `a GET with ${Object.keys(added).join()}, which its page cannot have set, sent ${site} to ${mode}`,
          asking({ 'sec-fetch-site': site, 'sec-fetch-mode': mode, ...added }),
        ]),
      ),
    ),
    ...[{ authorization: `Bearer ${TOKEN}` }, { 'x-api-key': 'of-the-proxy' }].map(
      (added): readonly [string, Request] => [
        `a GET by a fetch of a foreign page to which a proxy added ${Object.keys(added).join()}`,
        asking({
          origin: 'https://foreign.example',
          'sec-fetch-site': 'cross-site',
          'sec-fetch-mode': 'cors',
          ...added,
        }),
      ],
    ),
    ...foreignSenders.map(([what, headers]): readonly [string, Request] => [
      `the GET of ${what}`,
      asking(headers),
    ]),
    ...foreignSenders.map(([what, headers]): readonly [string, Request] => [
      `the form of ${what}`,
      new Request(GRAPHQL, { method: 'POST', headers, body: query }),
    ]),
  ];

  test.each(requests)('%s', async (_what, sent) => {
    const { gateway, calls } = await gatewayForTest({
      env: { GENESYSCLOUD_ACCESS_TOKEN: TOKEN, AUTH_NONE: 'i-know', CORS_ORIGINS: APP },
    });
    const response = await gateway.fetch(sent);
    expect(response.status).toBe(403);
    const { errors } = JSON.parse(await response.text());
    expect(errors).toEqual([
      {
        message: expect.stringMatching(
          /Any web page could have sent this request\. .*application\/json.*x-graphql-yoga-csrf/,
        ),
        extensions: { code: 'CSRF_PREVENTED' },
      },
    ]);
    expect(calls()).toEqual({});
  });
});

test.each([
  'authorization',
  'x-api-key',
  'x-upstream-report',
  'x-graphql-yoga-csrf',
  'x-apollo-operation-name',
  'apollo-require-preflight',
  'apollographql-client-name',
  'graphql-require-preflight',
])(
  'a GET with the header %s is answered, because a web page could send it only after a preflight',
  async (name) => {
    const { gateway } = await gatewayForTest();
    const headers = { [name]: '1' };
    const response = await gateway.fetch(new Request(`${GRAPHQL}?query={__typename}`, { headers }));
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
  },
);

describe('a request that no page of another origin can make is answered:', () => {
  test.each([
    ['a page of the gateway itself', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }],
    [
      'an image in a page of the gateway itself',
      { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'no-cors' },
    ],
    ['a user who typed the address', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
    ['an origin in CORS_ORIGINS', { origin: APP, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }],
    ['an origin in CORS_ORIGINS, by an old browser', { origin: APP }],
    ['the origin of the gateway, by an old browser', { origin: 'http://localhost' }],
    ['the origin of the gateway behind a proxy with TLS', { origin: 'https://localhost' }],
    ['a program that uses the fetch of Node', { 'sec-fetch-mode': 'cors', 'accept-language': '*' }],
    ['Apollo Client, which names a media type', { 'content-type': 'application/json' }],
    ['a client that names it with a charset', { 'content-type': 'Application/JSON; charset=utf-8' }],
  ])('one of %s', async (_what, headers) => {
    const { gateway } = await gatewayForTest({ env: { CORS_ORIGINS: APP } });
    const query = new URLSearchParams({ query: '{ __typename }' });
    const accept = 'application/json';
    const response = await gateway.fetch(
      new Request(`${GRAPHQL}?${query}`, { headers: { accept, ...headers } }),
    );
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
  });

  test('the GET of a program that sends it by the fetch of Node, through a server', async () => {
    const { gateway } = await gatewayForTest();
    const url = `${await listeningForTest(gateway.listener)}/graphql?query={__typename}`;
    expect(await (await fetch(url)).json()).toEqual({ data: { __typename: 'Query' } });
  });

  test.each([
    'http://localhost:3000',
    'http://localhost.example.com',
    'http://127.0.0.1',
    'capacitor://localhost',
    'http://user@localhost',
    '//localhost',
    '',
  ])('but none of %s, although it is near', async (origin) => {
    const { gateway } = await gatewayForTest();
    const headers = { accept: 'application/json', origin };
    const response = await gateway.fetch(new Request(`${GRAPHQL}?query={__typename}`, { headers }));
    expect(response.status).toBe(403);
  });
});

/** CORS headers of an answer. */
function permissions({ headers }: Response): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));
}

function preflight(origin: string, headers: Readonly<Record<string, string>> = {}, url = GRAPHQL): Request {
  return new Request(url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
      ...headers,
    },
  });
}

function asked(origin: string): Request {
  const sent = graphqlRequest(USER);
  sent.headers.set('origin', origin);
  return sent;
}

describe.each([
  ['one allowed origin', APP],
  ['several allowed origins', `https://first.example.com,${APP}`],
])('CORS with %s', (_what, CORS_ORIGINS) => {
  const env = { CORS_ORIGINS };

  test('accepts the preflight of an allowed origin, for all headers of clients', async () => {
    const { gateway, calls } = await gatewayForTest({ env });
    const response = await gateway.fetch(preflight(APP));
    expect(response.status).toBe(204);
    const { 'access-control-allow-headers': headers, ...others } = permissions(response);
    expect(others).toEqual({
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'GET, POST',
      'access-control-expose-headers': 'x-request-id, retry-after',
      'access-control-max-age': '600',
    });
    expect(headers?.split(', ')).toEqual(
      expect.arrayContaining([
        'authorization',
        'content-type',
        'x-api-key',
        'x-upstream-report',
        'x-request-id',
        'traceparent',
        'apollographql-client-name',
        'apollographql-client-version',
        'x-graphql-yoga-csrf',
        'apollo-require-preflight',
        'x-apollo-operation-name',
        'graphql-preflight',
        'tracestate',
        'baggage',
        'sentry-trace',
        'x-live',
        'last-event-id',
      ]),
    );
    expect(response.headers.get('vary')).toBe('Origin');
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    expect(calls()).toEqual({});
  });

  test('lets pages of an allowed origin read answers, errors and the request id', async () => {
    const { gateway } = await gatewayForTest({ env });
    const refused = new Request(`${GRAPHQL}?query={__typename}`, { headers: { origin: APP } });
    for (const sent of [asked(APP), refused]) {
      const response = await gateway.fetch(sent);
      expect(permissions(response)).toMatchObject({
        'access-control-allow-origin': APP,
        'access-control-expose-headers': 'x-request-id, retry-after',
      });
      expect(permissions(response)).not.toHaveProperty('access-control-allow-credentials');
      expect(response.headers.get('vary')).toBe('Origin');
    }
  });

  test.each([OTHER, 'null', 'http://app.example.com', 'https://app.example.com:8443', `${APP}.evil.example`])(
    'allows pages of %s neither to send nor to read',
    async (origin) => {
      const { gateway } = await gatewayForTest({ env });
      for (const sent of [preflight(origin), asked(origin)]) {
        const response = await gateway.fetch(sent);
        expect(permissions(response)).toEqual({});
        expect(response.headers.get('vary')).toBe('Origin');
      }
    },
  );

  test('does not affect a request without an Origin header', async () => {
    const { gateway } = await gatewayForTest({ env });
    const response = await gateway.fetch(graphqlRequest(USER));
    expect(permissions(response)).toEqual({});
    expect(response.headers.get('vary')).toBe('Origin');
    expect(await response.json()).toEqual({ data: { user: { name: 'Name of user-1' } } });
  });
});

describe('CORS without an allowed origin', () => {
  test('adds no headers to answers', async () => {
    const { gateway } = await gatewayForTest();
    const response = await gateway.fetch(asked(APP));
    expect(permissions(response)).toEqual({});
    expect(response.headers.has('vary')).toBe(false);
  });

  test.each([APP, 'http://localhost:5173'])(
    'refuses the preflight of %s with 403 and the setting that would let its pages ask',
    async (origin) => {
      const { gateway, calls } = await gatewayForTest();
      const response = await gateway.fetch(preflight(origin));
      expect(response.status).toBe(403);
      expect(permissions(response)).toEqual({});
      expect(await response.json()).toEqual({
        errors: [
          {
            message: `Web pages of ${origin} may not use this gateway. To allow them, set CORS_ORIGINS=${origin}`,
            extensions: { code: 'FORBIDDEN' },
          },
        ],
      });
      expect(calls()).toEqual({});
    },
  );

  test.each(['null', 'file://', '<script>', `https://${'a'.repeat(300)}.example`])(
    'refuses the preflight of %s without repeating it',
    async (origin) => {
      const { gateway } = await gatewayForTest();
      const response = await gateway.fetch(preflight(origin));
      expect(response.status).toBe(403);
      const text = await response.text();
      expect(text).toContain('without an origin of http or https');
      expect(text).not.toContain(origin);
    },
  );
});

describe('an origin whose pages may not ask', () => {
  const foreign = { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' };

  test('is logged once, with the setting that would let them', async () => {
    const { log, entries } = capturedLog();
    const { gateway } = await gatewayForTest({ log });
    const simple = new Request(`${GRAPHQL}?query={__typename}`, { headers: { origin: OTHER, ...foreign } });
    for (const sent of [preflight(APP), preflight(APP), simple, simple.clone(), preflight('null')]) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      await gateway.fetch(sent);
    }
    expect(entries().filter(({ origin }) => origin !== undefined)).toEqual([
      logged(APP, `to allow it, set CORS_ORIGINS=${APP}; commas separate several`),
      logged(OTHER, `to allow it, set CORS_ORIGINS=${OTHER}; commas separate several`),
      logged('null', 'pages from files or in sandboxed frames have no origin that CORS_ORIGINS could name'),
    ]);
  });

  test('is logged for at most 20 origins, and no more than 260 characters of each', async () => {
    const { log, entries } = capturedLog();
    const { gateway } = await gatewayForTest({ log });
    for (let n = 0; n < 30; n += 1) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      await gateway.fetch(preflight(`https://${'a'.repeat(300 - n)}.example`));
      // oxlint-disable-next-line eslint/no-await-in-loop
      await gateway.fetch(preflight(`https://app-${n}.example`));
    }
    const origins = entries().flatMap(({ origin }) => (typeof origin === 'string' ? [origin] : []));
    expect(origins).toHaveLength(20);
    expect(Math.max(...origins.map(({ length }) => length))).toBe(260);
  });

  test('is not logged for what programs and pages of the gateway itself send', async () => {
    const { log, entries } = capturedLog();
    const { gateway } = await gatewayForTest({ log, env: { CORS_ORIGINS: APP } });
    const own = asked('http://localhost');
    own.headers.set('sec-fetch-site', 'same-origin');
    own.headers.set('sec-fetch-mode', 'cors');
    for (const sent of [asked(OTHER), own, preflight(APP)]) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      expect((await gateway.fetch(sent)).ok).toBe(true);
    }
    expect(entries().filter(({ origin }) => origin !== undefined)).toEqual([]);
  });

  function logged(origin: string, hint: string) {
    const msg = 'A web page of an origin that is not allowed asked';
    return expect.objectContaining({ level: 40, origin, hint, msg });
  }
});

/** Gateway over the embedded sandbox, whose upstream no setting names. */
async function sandboxGateway(env: Readonly<Record<string, string>> = {}) {
  const { sandbox } = await gatewayForTest();
  const gateway = assembleGateway({
    config: parseConfig(env),
    target: { apiUrl: sandbox.url, credentials: { mode: 'passThrough' } },
  });
  onTestFinished(() => gateway.dispose());
  return gateway;
}

describe('CORS over the embedded sandbox', () => {
  test.each([
    'http://localhost:5173',
    'https://localhost',
    'http://127.0.0.1:3000',
    'http://[::1]:8080',
    'http://app.localhost:5173',
  ])('lets pages of %s ask', async (origin) => {
    const gateway = await sandboxGateway();
    const permitted = await gateway.fetch(preflight(origin));
    expect([permitted.status, permitted.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
    const response = await gateway.fetch(asked(origin));
    expect(response.headers.get('access-control-allow-origin')).toBe(origin);
    expect(response.headers.get('vary')).toBe('Origin');
    expect(await response.json()).toEqual({ data: { user: { name: 'Name of user-1' } } });
  });

  test.each([
    'null',
    'https://app.example.com',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'http://localhost:5173.example.com',
    'http://localhost@example.com',
    'http://example.com#localhost',
    'http://10.0.0.1:5173',
    'file://localhost',
    'chrome-extension://localhost',
    'http://localhost:5173/',
    'http://localhost:5173, https://app.example.com',
    'localhost:5173',
  ])('lets no pages of %s ask', async (origin) => {
    const gateway = await sandboxGateway();
    for (const sent of [preflight(origin), asked(origin)]) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      expect(permissions(await gateway.fetch(sent))).toEqual({});
    }
  });

  test('lets only those ask that CORS_ORIGINS names, if it is set', async () => {
    const gateway = await sandboxGateway({ CORS_ORIGINS: APP });
    expect((await gateway.fetch(preflight(APP))).status).toBe(204);
    expect((await gateway.fetch(preflight('http://localhost:5173'))).status).toBe(403);
  });
});

describe('a preflight', () => {
  const env = { CORS_ORIGINS: APP };

  test('is permitted into a private network where the browser asks for it', async () => {
    const { gateway } = await gatewayForTest({ env });
    const headers = { 'access-control-request-private-network': 'true' };
    const name = 'access-control-allow-private-network';
    expect((await gateway.fetch(preflight(APP, headers))).headers.get(name)).toBe('true');
    expect((await gateway.fetch(preflight(APP))).headers.has(name)).toBe(false);
    expect((await gateway.fetch(preflight(OTHER, headers))).headers.has(name)).toBe(false);
  });

  test('of a path where there is nothing gets 404', async () => {
    const { gateway } = await gatewayForTest({ env });
    expect((await gateway.fetch(preflight(APP, {}, 'http://localhost/elsewhere'))).status).toBe(404);
  });

  test.each(['OPTIONS', 'PUT', 'DELETE'])(
    'is no other request, so that %s gets 405 with the methods that there are',
    async (method) => {
      const { gateway } = await gatewayForTest({ env });
      const response = await gateway.fetch(new Request(GRAPHQL, { method, headers: { origin: APP } }));
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST']);
    },
  );
});

test('a rejection by the host check has the headers against caching and content sniffing too', async () => {
  const { gateway } = await gatewayForTest();
  const address = await listeningForTest(gateway.listener);
  const headers = await new Promise((resolve, reject) => {
    const sent = request(`${address}/graphql`, { headers: { host: 'elsewhere.example', ...bearer } });
    sent
      .on('error', reject)
      .on('response', (response) => resolve(response.resume().headers))
      .end();
  });
  expect(headers).toMatchObject({
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
  });
});

describe('an answer says nothing of an earlier request:', () => {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
  const kinds: readonly (readonly [what: string, status: number, path: string, init: RequestInit])[] = [
    ['data', 200, '/graphql', { ...post, body: '{"query": "{ __typename }"}' }],
    ['no query', 400, '/graphql', post],
    ['a foreign page', 403, '/graphql?query=%7B__typename%7D', {}],
    ['no GraphiQL', 404, '/graphql', { headers: { accept: 'text/html' } }],
    ['an unknown path', 404, '/elsewhere', {}],
    ['a method', 405, '/graphql', { method: 'DELETE' }],
    ['an Accept header', 406, '/graphql', { ...post, headers: { ...post.headers, accept: 'image/png' } }],
    ['a body size', 413, '/graphql', { ...post, headers: { ...post.headers, 'content-length': '999999' } }],
    ['a media type', 415, '/graphql', { ...post, headers: { 'content-type': 'image/png' } }],
    ['the landing page', 200, '/', {}],
  ];

  test.each(kinds)('%s', async (_what, status, path, init) => {
    for (const env of [{}, { CORS_ORIGINS: APP }]) {
      const { gateway } = await gatewayForTest({ env: { ...env, GRAPHIQL: 'off' } });
      const ask = (headers: Readonly<Record<string, string>>) => {
        const sent = new Request(`http://localhost${path}`, init);
        for (const [name, value] of Object.entries(headers)) sent.headers.set(name, value);
        return gateway.fetch(sent);
      };
      const origin = { 'sec-fetch-site': 'same-site', origin: APP };
      const before = await ask({ 'x-request-id': 'of-the-earlier', ...origin });
      const answer = await ask({});
      expect(answer.status).toBe(status);
      expect(before.headers.get('x-request-id')).toBe('of-the-earlier');
      expect(before.headers.get('access-control-allow-origin')).toBe('CORS_ORIGINS' in env ? APP : null);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      expect(answer.headers.get('vary')).toBe(before.headers.get('vary'));
      // The listener notes the id beside the headers of the answer, which have none of their own.
      const url = await listeningForTest(gateway.listener);
      const { body = null, ...rest } = init;
      const { 'content-length': _length, ...headers } = Object.fromEntries(new Headers(init.headers));
      const listened = await fetch(url + path, { ...rest, headers, ...(body !== null && { body }) });
      expect(listened.headers.get('x-request-id')).not.toBe('of-the-earlier');
    }
  });
});
