import { createServer, type ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../../../src/config/config.ts';
import { assembleGateway } from '../../../src/gateway.ts';
import { GatewayMetrics } from '../../../src/observability/metrics/gateway-metrics.ts';
import { compileAtHit, graphqlRequest } from '../../support/gateway.ts';
import { listeningForTest } from '../../support/listening.ts';

const QUERY = '{ user(id: "of-somebody") { id } }';

/** Gateway over an upstream that accepts the token `good` at once, and answers other tokens when it is told to. */
async function beforeSlowUpstream(env: Readonly<Record<string, string>> = {}) {
  const held: ServerResponse[] = [];
  let open = 0;
  let most = 0;
  const upstream = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    const isGood = request.headers.authorization === 'Bearer good';
    if (request.url === '/oauth/token') response.end('{"access_token":"good","expires_in":3600}');
    else if (isGood) response.end('{"entities":[{"id":"of-somebody","name":"Some Body"}]}');
    else held.push(response);
  });
  upstream.on('connection', (socket) => {
    open += 1;
    most = Math.max(most, open);
    socket.once('close', () => (open -= 1));
  });
  const url = await listeningForTest(upstream);
  const config = parseConfig({
    GENESYSCLOUD_API_URL: url,
    GENESYSCLOUD_LOGIN_URL: url,
    UPSTREAM_CONNECTIONS: '12',
    CACHE_MAX_BYTES: '0',
    ...env,
  });
  const gateway = assembleGateway({ config, ...compileAtHit() });
  onTestFinished(() => gateway.dispose());
  const ask = async (token?: string) => {
    const response = await gateway.fetch(graphqlRequest(QUERY, {}, token));
    const answer: { readonly errors?: readonly { readonly extensions: object }[] } = await response.json();
    return answer;
  };
  return { ask, held, most: () => most };
}

test('made-up tokens use some connections, the others wait or are told so, and a good token is answered', async () => {
  const { ask, held, most } = await beforeSlowUpstream();
  const known = { data: { user: { id: 'of-somebody' } } };
  expect(await ask('good')).toEqual(known);
  const madeUp = Array.from({ length: 30 }, (_, n) => ask(`made-up-${n}`));
  await expect.poll(() => held.length).toBe(4);
  expect(await Promise.all(Array.from({ length: 4 }, () => ask('good')))).toEqual([
    known,
    known,
    known,
    known,
  ]);
  for (const response of held.splice(0)) response.writeHead(401).end();
  await expect.poll(() => held.length).toBe(4);
  for (const response of held.splice(0)) response.writeHead(401).end();
  const answers = await Promise.all(madeUp);
  const errors = answers.flatMap((answer) => answer.errors ?? []);
  const refused = errors.filter((error) => JSON.stringify(error).includes('UPSTREAM_UNAVAILABLE'));
  expect(refused).toHaveLength(22);
  expect(refused[0]).toMatchObject({
    message: expect.stringContaining('wait for a connection'),
    extensions: { code: 'UPSTREAM_UNAVAILABLE', retryAfterSeconds: 1 },
  });
  expect(errors.filter((error) => JSON.stringify(error).includes('UNAUTHENTICATED'))).toHaveLength(8);
  // Eight for calls, although a connection whose call has just ended is not free yet.
  expect(most()).toBeLessThanOrEqual(8);
});

test('calls that nobody waits for any more leave their connections to others', async () => {
  const { ask, held, most } = await beforeSlowUpstream({ REQUEST_TIMEOUT_MS: '300' });
  const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => ask(`made-up-${n}`)));
  expect(answers.map(({ errors }) => errors?.[0]?.extensions)).toEqual(
    Array(8).fill(expect.objectContaining({ code: 'UPSTREAM_TIMEOUT' })),
  );
  void ask('made-up-again');
  await expect.poll(() => held.at(-1)?.req.headers.authorization).toBe('Bearer made-up-again');
  expect(most()).toBeLessThanOrEqual(8);
});

test('a login goes through while calls use all connections', async () => {
  const held = new Map<string, ServerResponse>();
  let logins = 0;
  const upstream = createServer((request, response) => {
    const { url = '' } = request;
    response.setHeader('content-type', 'application/json');
    if (url === '/oauth/token') {
      logins += 1;
      response.end(`{"access_token":"token-${logins}","expires_in":3600}`);
    } else {
      const [, id = ''] = /id=([\w-]+)/.exec(url) ?? [];
      if (id === 'first') response.end('{"entities":[{"id":"first"}]}');
      else held.set(id, response);
    }
  });
  const url = await listeningForTest(upstream);
  const config = parseConfig({
    GENESYSCLOUD_API_URL: url,
    GENESYSCLOUD_LOGIN_URL: url,
    GENESYSCLOUD_OAUTHCLIENT_ID: 'client',
    GENESYSCLOUD_OAUTHCLIENT_SECRET: 'secret',
    UPSTREAM_CONNECTIONS: '8',
    // Calls that end would free their connections.
    UPSTREAM_TIMEOUT_MS: '60000',
    REQUEST_TIMEOUT_MS: '60000',
  });
  const metrics = new GatewayMetrics();
  const gateway = assembleGateway({ config, metrics, ...compileAtHit() });
  onTestFinished(() => gateway.dispose());
  const ask = async (id: string): Promise<unknown> =>
    (await gateway.fetch(graphqlRequest(`{ user(id: "${id}") { id } }`))).json();
  expect(await ask('first')).toEqual({ data: { user: { id: 'first' } } });
  for (const id of ['a', 'b', 'c', 'd']) {
    void ask(id);
    // oxlint-disable-next-line eslint/no-await-in-loop -- a call each
    await expect.poll(() => [...held.keys()]).toContain(id);
  }
  void ask('e');
  await expect.poll(() => metrics.text()).toContain('gateway_upstream_connections_waiting_calls 1');
  held.get('a')?.writeHead(401).end();
  await expect.poll(() => held.has('e')).toBe(true);
  await expect.poll(() => logins).toBe(2);
});
