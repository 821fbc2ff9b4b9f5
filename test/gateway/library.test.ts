import { createServer } from 'node:http';
import { printSchema } from 'graphql';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConfigError, createGateway, type Gateway, type GatewayOptions } from '../../src/index.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { schema } from '../../src/schema.ts';
import { capturedLog } from '../support/captured-log.ts';
import { graphqlRequest, TOKEN } from '../support/gateway.ts';
import { listeningForTest } from '../support/listening.ts';
import { supervisorsOrganisation } from '../support/organisation.ts';

const USER = '{ user(id: "user-1") { name email } }';
const ofUser = { data: { user: { name: 'Name of user-1', email: 'user-1@example.com' } } };

async function sandboxForTest(): Promise<Sandbox> {
  const sandbox = await startSandbox({ organisation: supervisorsOrganisation(), tokens: [TOKEN] });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

async function createdForTest(options: GatewayOptions): Promise<Gateway> {
  const gateway = await createGateway(options);
  onTestFinished(() => gateway.dispose());
  return gateway;
}

async function answerOf({ fetch }: Pick<Gateway, 'fetch'>, request: Request): Promise<unknown> {
  return (await fetch(request)).json();
}

describe('a gateway in an app', () => {
  test('needs an upstream only, and passes on the token of each caller', async () => {
    const { url, requests } = await sandboxForTest();
    const gateway = await createdForTest({ upstream: { apiUrl: url } });
    expect(await answerOf(gateway, graphqlRequest(USER))).toEqual(ofUser);
    expect(requests.map(({ resource, token }) => [resource, token])).toEqual([['users', TOKEN]]);
    expect(await answerOf(gateway, graphqlRequest(USER, {}, null))).toMatchObject({
      data: { user: null },
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect(requests).toHaveLength(1);
  });

  test('logs in by itself for the callers that it knows', async () => {
    const { url, requests } = await sandboxForTest();
    const gateway = await createdForTest({
      upstream: { apiUrl: url, loginUrl: url, clientId: 'sandbox', clientSecret: 'sandbox' },
      auth: { none: 'i-know' },
    });
    expect(await answerOf(gateway, graphqlRequest(USER, {}, null))).toEqual(ofUser);
    expect(requests.map(({ resource }) => resource)).toEqual(['login', 'users']);
  });

  test('takes options from each slice', async () => {
    const { url } = await sandboxForTest();
    const gateway = await createdForTest({
      upstream: { apiUrl: url },
      operations: { limits: { maxDepth: 1 }, introspection: false },
      server: { graphiql: false },
      federation: { subgraph: true },
    });
    expect(await answerOf(gateway, graphqlRequest(USER))).toMatchObject({ errors: [{ message: /deep/i }] });
    const page = await gateway.fetch(
      new Request('http://localhost/graphql', { headers: { accept: 'text/html' } }),
    );
    expect(page.status).toBe(404);
    expect(printSchema(gateway.schema)).toContain('_entities');
  });

  test('gives its schema, which is that of the package', async () => {
    const { url } = await sandboxForTest();
    const gateway = await createdForTest({ upstream: { apiUrl: url } });
    expect(printSchema(gateway.schema)).toBe(printSchema(schema));
  });

  test('is served by a node:http server at any path', async () => {
    const { url } = await sandboxForTest();
    const { listener, upgrade } = await createdForTest({
      upstream: { apiUrl: url },
      endpoint: '/api/graphql',
    });
    const address = await listeningForTest(createServer(listener).on('upgrade', upgrade));
    const response = await fetch(`${address}/api/graphql`, graphqlRequest(USER));
    expect(await response.json()).toEqual(ofUser);
  });

  test('answers for any host, as the app decides where it is', async () => {
    const { url } = await sandboxForTest();
    const gateway = await createdForTest({ upstream: { apiUrl: url } });
    const address = await listeningForTest(gateway.listener);
    expect((await fetch(`${address}/ready`, { headers: { host: 'gateway.example' } })).status).toBe(200);
  });

  test('retires: it is not ready any more, and answers as before', async () => {
    const { url } = await sandboxForTest();
    const { fetch: ask, retire } = await createdForTest({ upstream: { apiUrl: url } });
    expect((await ask(new Request('http://localhost/ready'))).status).toBe(200);
    retire();
    expect((await ask(new Request('http://localhost/ready'))).status).toBe(503);
    expect(await answerOf({ fetch: ask }, graphqlRequest(USER))).toEqual(ofUser);
  });

  test('is silent, or logs to the logger that it is given', async () => {
    const { url } = await sandboxForTest();
    const { log, requests } = capturedLog();
    const gateway = await createdForTest({ upstream: { apiUrl: url }, log });
    await answerOf(gateway, graphqlRequest(USER));
    expect(requests()).toHaveLength(1);
  });

  test('has nothing in common with another gateway in the process, nor with the process itself', async () => {
    const listeners = () => process.eventNames().map((name) => [name, process.listenerCount(name)]);
    const globals = Object.getOwnPropertyNames(globalThis);
    const before = listeners();
    const [one, other] = [await sandboxForTest(), await sandboxForTest()];
    const inherited = process.env['GENESYSCLOUD_REGION'];
    process.env['GENESYSCLOUD_REGION'] = 'nowhere';
    onTestFinished(() => {
      if (inherited === undefined) delete process.env['GENESYSCLOUD_REGION'];
      else process.env['GENESYSCLOUD_REGION'] = inherited;
    });
    const first = await createdForTest({ upstream: { apiUrl: one.url }, endpoint: '/one' });
    const second = await createdForTest({ upstream: { apiUrl: other.url }, endpoint: '/other' });
    const to = (path: string) => new Request(`http://localhost${path}`, graphqlRequest(USER));
    expect(await answerOf(first, to('/one'))).toEqual(ofUser);
    expect([one.requests.length, other.requests.length]).toEqual([1, 0]);
    expect(await answerOf(second, to('/other'))).toEqual(ofUser);
    expect([one.requests.length, other.requests.length]).toEqual([1, 1]);
    await first.dispose();
    expect(await answerOf(second, to('/other'))).toEqual(ofUser);
    expect(listeners()).toEqual(before);
    expect(Object.getOwnPropertyNames(globalThis)).toEqual(globals);
  });

  test('closes its connections when it is disposed of', async () => {
    const { url } = await sandboxForTest();
    const sockets = new Set<object>();
    const behind = createServer((request, response) => {
      sockets.add(request.socket.on('close', () => sockets.delete(request.socket)));
      void fetch(url + request.url, { headers: { authorization: request.headers.authorization ?? '' } }).then(
        async (answer) =>
          response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text()),
      );
    });
    const address = await listeningForTest(behind);
    const gateway = await createGateway({ upstream: { apiUrl: address } });
    expect(await answerOf(gateway, graphqlRequest(USER))).toEqual(ofUser);
    expect(sockets.size).toBe(1);
    await gateway.dispose();
    await expect.poll(() => sockets.size).toBe(0);
  });
});

describe('wrong options', () => {
  test('reject with all problems at once, each by the name of its option', async () => {
    const options: unknown = {
      upstream: { region: 'atlantis', timeoutMs: -1 },
      operations: { limits: { maxDepht: 5 } },
      server: { port: 4000 },
      endpoint: 'graphql/',
      log: console,
    };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as a program in JavaScript would
    const error: unknown = await createGateway(options as GatewayOptions).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigError);
    const problems = error instanceof ConfigError ? error.problems : [];
    const named = [
      'endpoint',
      'log',
      'upstream.region',
      'upstream.timeoutMs',
      'operations.limits.maxDepht',
      'server.port',
    ];
    expect(problems).toHaveLength(named.length);
    for (const name of named)
      expect(
        problems.some((problem) => problem.startsWith(name)),
        name,
      ).toBe(true);
    expect(problems.join()).not.toMatch(/[A-Z]+_[A-Z]+/);
  });

  test.each([undefined, null, {}, { upstream: {} }])(
    'without an upstream point to the sandbox: %j',
    async (options) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as a program in JavaScript would
      const error: unknown = await createGateway(options as GatewayOptions).catch(
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(ConfigError);
      expect(String(error)).toContain('campaign-interaction-gateway/sandbox');
    },
  );

  test.each([
    '',
    '/',
    'graphql',
    '/graphql/',
    '/a?b',
    '/a b',
    '/health',
    '/ready',
    '//x',
    '/a/../b',
    '/:id',
    '/*',
  ])('are such as the endpoint "%s"', async (endpoint) => {
    const created = createGateway({ upstream: { region: 'eu-west-1' }, endpoint });
    await expect(created).rejects.toThrow(/^endpoint must be a path such as \/graphql/);
  });

  test('are a credential of the gateway for callers whom nobody knows', async () => {
    const created = createGateway({ upstream: { region: 'eu-west-1', accessToken: 'token' } });
    await expect(created).rejects.toThrow(/auth\.none/);
  });

  test('are a file of trusted documents that is not there', async () => {
    const created = createGateway({
      upstream: { region: 'eu-west-1' },
      operations: { trustedDocuments: { mode: 'only', file: 'nowhere.json' } },
    });
    await expect(created).rejects.toThrow(
      /^operations\.trustedDocuments\.file names nowhere\.json, which cannot be read/,
    );
  });
});
