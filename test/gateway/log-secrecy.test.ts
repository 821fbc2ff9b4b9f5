import { once } from 'node:events';
import { request } from 'node:http';
import { createHash } from 'node:crypto';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/fault.ts';
import { screen } from '../support/answers.ts';
import { type CapturedLog, capturedLog } from '../support/captured-log.ts';
import { gatewayForTest, graphqlRequest, TOKEN } from '../support/gateway.ts';
import { issuerForTest, issuerKey, signed } from '../support/issuer.ts';
import { listeningForTest } from '../support/listening.ts';
import { CONTACT_LIST_ID } from '../support/organisation.ts';
import { serviceGatewayForTest } from '../support/service-gateway.ts';
import { clockWithoutPauses } from '../support/test-clock.ts';

const API_KEY = 'api-key-WqKx7';
/** Distinct texts that clients send, one for each place in a request, some credentials included. */
const sent = {
  token: TOKEN,
  wrongToken: 'wrong-token-Zk3v9',
  basic: Buffer.from('somebody:password-Pq8').toString('base64'),
  cookie: 'cookie-Lm4t2',
  header: 'header-Rv6y1',
  userAgent: 'agent-Bn5w8',
  forwardedFor: '203.0.113.77',
  referer: 'referer-Hc2j4',
  clientName: 'ada.lovelace@client.example',
  clientVersion: '+12035550177',
  requestId: 'request id Gt7m3',
  parameter: 'parameter-Xs1d6',
  pathId: 'path-id-Vf9p5',
  literalPhone: '+12035550188',
  literal: 'literal-Jw3k7',
  number: '77712345678',
  comment: 'comment-Db8q2',
  alias: 'aliasCz6x4',
  field: 'fieldMt5r9',
  type: 'TypeYg1h3',
  variable: 'variable-Un4s8',
  variableName: 'variableKe7b1',
  email: 'grace.hopper@variable.example',
  operationName: 'OperationFq2n6',
  extension: 'extension-Aj9l5',
  text: 'body-Tp3z7',
} as const;

/** Texts that only the upstream has: its data, error texts and addresses. */
const told = [
  'Name of',
  'user-1',
  '@example.com',
  'contact-',
  '+1555',
  'upstream-secret-Oi6c2',
  '+12035550199',
  'alan.turing@upstream.example',
  'internal.example',
  '/api/v2',
  '127.0.0.1',
];

const everything = screen(`
  id
  destinationAddress
  agent { id name email manager { email } }
  contact { id data callRecords { column } }
  conversation { id }
  queue { name memberCount }
  script { startPageName }
  skills { state }
`);

const json = { 'content-type': 'application/json' };

/** Valid and invalid request bodies, with their headers unless these are `json`. */
const bodies: readonly (readonly [what: string, body: string, headers?: Readonly<Record<string, string>>])[] =
  [
    ['a screen', JSON.stringify({ query: everything })],
    ['the same under a name', JSON.stringify({ query: `query Screen ${everything} # ${sent.comment}` })],
    [
      'variables',
      JSON.stringify({
        query: `query ByVariable($${sent.variableName}: ID!, $list: ID!) {
        user(id: $${sent.variableName}) { name } contact(id: $${sent.variableName}, contactListId: $list) { data } }`,
        variables: { [sent.variableName]: sent.variable, list: CONTACT_LIST_ID, more: sent.email },
      }),
    ],
    [
      'a variable of a wrong type',
      JSON.stringify({
        query: 'query Q($first: Int) { campaigns(first: $first) { totalCount } }',
        variables: { first: sent.email },
      }),
    ],
    [
      'literals',
      JSON.stringify({
        query: `{ ${sent.alias}: campaigns(filter: { name: "${sent.literal}" }) { totalCount }
        user(id: "${sent.literal}") { name } }`,
      }),
    ],
    [
      'a bad argument',
      JSON.stringify({ query: `{ user(id: "${sent.literalPhone} ${sent.literal}") { name } }` }),
    ],
    [
      'a number out of range',
      JSON.stringify({ query: `{ campaigns(first: ${sent.number}) { totalCount } }` }),
    ],
    ['an unknown field', JSON.stringify({ query: `{ ${sent.field}(email: "${sent.email}") { id } }` })],
    ['an unknown type', JSON.stringify({ query: `query Q($a: ${sent.type}) { __typename }` })],
    ['a syntax error', JSON.stringify({ query: `{ user(id: "${sent.literal}) { ${sent.field} }` })],
    [
      'an unknown operation',
      JSON.stringify({
        query: 'query A { __typename } query B { __typename }',
        operationName: sent.operationName,
      }),
    ],
    ['a mutation', JSON.stringify({ query: `mutation { ${sent.field}(id: "${sent.literal}") { id } }` })],
    [
      'extensions',
      JSON.stringify({ query: '{ __typename }', extensions: { [sent.extension]: sent.extension } }),
    ],
    ['no query', JSON.stringify({ variables: { a: sent.variable } })],
    ['no object', JSON.stringify(sent.text)],
    ['a list', JSON.stringify([{ query: `{ user(id: "${sent.literal}") { name } }` }])],
    ['no JSON', `{"query": "${sent.text}" ${sent.text}`],
    ['no JSON that is mostly quoted', sent.email],
    ['a query alone', `{ user(id: "${sent.literal}") { name } }`, { 'content-type': 'application/graphql' }],
    [
      'a form',
      new URLSearchParams({
        query: `{ user(id: "${sent.literal}") { name } }`,
        variables: sent.text,
      }).toString(),
      { 'content-type': 'application/x-www-form-urlencoded' },
    ],
    ['another type', sent.text, { 'content-type': `text/${sent.header}` }],
    [
      'no answer that is wanted',
      JSON.stringify({ query: '{ __typename }' }),
      { ...json, accept: `a/${sent.header}` },
    ],
    ['too much', JSON.stringify({ query: '{ __typename }', a: sent.text.repeat(3_000_000) })],
  ];

const upstreamBody = {
  message: 'upstream-secret-Oi6c2 +12035550199 at https://internal.example/api/v2/users?id=user-1',
  messageWithParams: 'alan.turing@upstream.example',
  messageParams: { permissions: 'directory:user:view', other: 'alan.turing@upstream.example' },
  entityName: 'upstream-secret-Oi6c2',
  errors: [{ message: '+12035550199' }],
  contextId: 'upstream-secret-Oi6c2 +12035550199',
  code: 'upstream-secret-Oi6c2',
};
const upstreamHeaders = {
  location: 'https://internal.example/',
  'retry-after': 'upstream-secret-Oi6c2',
  'ININ-Correlation-Id': 'upstream-secret-Oi6c2 +12035550199',
};

const faults: readonly (readonly [what: string, faults: readonly Fault[]])[] = [
  ['none', []],
  ...[302, 400, 401, 403, 404, 429, 500, 503].map(
    (status) =>
      [`${status}`, [{ kind: 'status', status, body: upstreamBody, headers: upstreamHeaders }]] as const,
  ),
  ['HTML page', [{ kind: 'status', status: 502, html: true, body: upstreamBody.message }]],
  ['truncated JSON', [{ kind: 'truncate' }]],
  [
    'unexpected JSON',
    [{ kind: 'alter', alter: () => ({ entities: upstreamBody, interactingInteractions: [upstreamBody] }) }],
  ],
  ['text instead of an object', [{ kind: 'alter', alter: () => upstreamBody.message }]],
  ['connection reset', [{ kind: 'reset', afterBytes: 200 }]],
  ['timeout', [{ kind: 'hang', resource: 'users' }]],
];

/** Faults after which a call is repeated, with pauses that the test skips. */
const retried = new Set(['503', 'HTML page', 'connection reset']);

/** Expects `count` request lines in the log, and none of `secrets`, `sent` and `told`. */
function expectSilence({ text, requests }: CapturedLog, secrets: readonly string[], count: number): void {
  expect(requests()).toHaveLength(count);
  const log = text();
  expect([...secrets, ...Object.values(sent), ...told].filter((secret) => log.includes(secret))).toEqual([]);
}

const headers = {
  cookie: `session=${sent.cookie}`,
  'user-agent': sent.userAgent,
  'x-anything': sent.header,
  'x-forwarded-for': sent.forwardedFor,
  referer: `https://${sent.referer}.example/?a=${sent.parameter}`,
  'apollographql-client-name': sent.clientName,
  'apollographql-client-version': sent.clientVersion,
  'x-request-id': sent.requestId,
};

/** Sends all bodies, paths, methods and hosts to one gateway. Resolves to the number of requests. */
async function sendEverything(url: string, credentials: Readonly<Record<string, string>>): Promise<number> {
  const post = async (body: string, more: Readonly<Record<string, string>> = json) => {
    const answer = await fetch(`${url}/graphql?a=${sent.parameter}`, {
      method: 'POST',
      headers: { ...headers, ...more, ...credentials },
      body,
    });
    await answer.arrayBuffer();
  };
  for (const [, body, more] of bodies) await post(body, more);
  for (const path of [
    `/graphql?query=${encodeURIComponent(`{ user(id: "${sent.literal}") { name } }`)}`,
    `/graphql?query=${encodeURIComponent('{ __typename }')}&variables=${sent.parameter}`,
    `/graphql/${sent.pathId}`,
    `/${sent.pathId}?token=${sent.parameter}`,
    `/health?token=${sent.parameter}`,
  ]) {
    await (await fetch(url + path, { headers: { ...headers, ...credentials } })).arrayBuffer();
  }
  for (const method of ['PUT', 'OPTIONS']) {
    await (await fetch(`${url}/graphql`, { method, headers: { ...headers, ...credentials } })).arrayBuffer();
  }
  for (const host of [`${sent.header}.example`, `${sent.header} x`]) {
    const asking = request(`${url}/graphql`, { headers: { ...headers, ...credentials, host } }).end();
    const [answer] = await once(asking, 'response');
    answer.resume();
    await once(answer, 'end');
  }
  return bodies.length + 5 + 2 + 2;
}

test.each(faults)(
  'the log contains no text of clients or of the upstream, with the upstream fault: %s',
  async (what, some) => {
    const log = capturedLog('debug');
    const { gateway } = await gatewayForTest({
      log: log.log,
      faults: some,
      ...(retried.has(what)
        ? { env: { MAX_BODY_BYTES: '100000' }, clock: clockWithoutPauses() }
        : { env: { UPSTREAM_TIMEOUT_MS: '200', REQUEST_TIMEOUT_MS: '1000', MAX_BODY_BYTES: '100000' } }),
    });
    const url = await listeningForTest(gateway.listener);
    let count = 0;
    for (const authorization of [`Bearer ${TOKEN}`, `Bearer ${sent.wrongToken}`, `Basic ${sent.basic}`]) {
      count += await sendEverything(url, { authorization });
    }
    await expect.poll(() => log.requests().length).toBe(count);
    expectSilence(log, [], count);
  },
);

test('the log contains nothing of the credentials of callers, accepted or rejected', async () => {
  const log = capturedLog('debug');
  const key = await issuerKey('key-1');
  const { env } = await issuerForTest(key);
  const claims = { sub: 'subject-Sw5e9', email: 'jean.bartik@claims.example' };
  const nowSeconds = Math.floor(Date.now() / 1000);
  const jwts = [
    await signed(key, claims),
    await signed(key, { ...claims, exp: nowSeconds - 60 }),
    await signed(key, { ...claims, aud: 'audience-Nx2k6' }),
    await signed(await issuerKey('key-1'), claims),
    await signed(await issuerKey('key-Qb7u3'), claims),
  ];
  const { gateway } = await serviceGatewayForTest(
    { ...env, AUTH_API_KEY_HASHES: createHash('sha256').update(API_KEY).digest('hex') },
    [],
    { log: log.log },
  );
  const url = await listeningForTest(gateway.listener);
  let count = 0;
  for (const jwt of jwts) count += await sendEverything(url, { authorization: `Bearer ${jwt}` });
  count += await sendEverything(url, { 'x-api-key': API_KEY });
  count += await sendEverything(url, { 'x-api-key': `${API_KEY}-wrong` });
  await expect.poll(() => log.requests().length).toBe(count);
  const parts = jwts.flatMap((jwt) => jwt.split('.').slice(1));
  expectSilence(log, [API_KEY, ...parts, ...Object.values(claims), 'audience-Nx2k6', 'key-Qb7u3'], count);
});

test('the log contains nothing of the request of a client that disconnects', async () => {
  const log = capturedLog('debug');
  const { gateway, sandbox } = await gatewayForTest({ log: log.log, faults: [{ kind: 'hang' }] });
  const url = await listeningForTest(gateway.listener);
  const leaving = new AbortController();
  const answer = fetch(`${url}/graphql?a=${sent.parameter}`, {
    method: 'POST',
    headers: { ...headers, ...json, authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({
      query: `query ($id: ID!) { user(id: $id) { name } }`,
      variables: { id: sent.variable },
    }),
    signal: leaving.signal,
  });
  await expect.poll(() => sandbox.requests.length).toBe(1);
  leaving.abort();
  await expect(answer).rejects.toThrow('abort');
  await expect.poll(() => log.requests().length).toBe(1);
  expectSilence(log, [], 1);
});

test('the log names the place of a defect in the gateway, and contains nothing that its error quotes', async () => {
  const log = capturedLog('debug');
  const { gateway } = await gatewayForTest({ log: log.log, env: { UPSTREAM_REPORT: 'on' } });
  const asked = graphqlRequest(`{ user(id: "${sent.literal}") { name } }`);
  // Simulated defect: reading this header throws while the gateway makes the request's context.
  const { headers: asksOf } = asked;
  Object.defineProperty(asksOf, 'get', {
    value: (name: string) => {
      if (name !== 'x-upstream-report') return Headers.prototype.get.call(asksOf, name);
      throw new TypeError(`nothing is known of "${sent.literal}" by ${sent.email} at ${sent.literalPhone}`);
    },
  });
  const { errors } = JSON.parse(await (await gateway.fetch(asked)).text());
  expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
  expect(log.entries().filter(({ level }) => level === pino.levels.values['error'])).toMatchObject([
    {
      requestId: log.requests()[0]?.['requestId'],
      err: { type: 'TypeError', stack: expect.stringContaining('context.ts') },
    },
  ]);
  expectSilence(log, [], 1);
});
