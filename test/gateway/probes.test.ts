import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { AssembledGateway } from '../../src/gateway.ts';
import { deliver } from '../support/deliver.ts';
import { gatewayForTest } from '../support/gateway.ts';
import { listeningForTest } from '../support/listening.ts';
import { serviceGatewayForTest } from '../support/service-gateway.ts';
import { TestClock } from '../support/test-clock.ts';

type Ask = (path: string, init?: RequestInit) => Promise<Response>;

/** Both entries of the gateway: `fetch`, and its listener on a port. */
async function waysTo(gateway: AssembledGateway): Promise<[name: string, ask: Ask][]> {
  const address = await listeningForTest(gateway.listener);
  return [
    ['fetch', (path, init) => gateway.fetch(new Request(`http://gateway.example${path}`, init))],
    ['listener', (path, init) => fetch(address + path, init)],
  ];
}

async function ready(gateway: AssembledGateway): Promise<{ status: number; body: unknown }> {
  const response = await gateway.fetch(new Request('http://gateway.example/ready'));
  return { status: response.status, body: await response.json() };
}

const inService = { status: 200, body: { status: 'ready', checks: { configuration: 'ok', login: 'ok' } } };

function unready(login: string) {
  return { status: 503, body: { status: 'not ready', checks: { configuration: 'ok', login } } };
}

test('a probe gets a short JSON answer, without a call, that no cache may store', async () => {
  const { gateway, calls } = await gatewayForTest();
  for (const [name, ask] of await waysTo(gateway)) {
    for (const [path, body] of [
      ['/health', { status: 'alive' }],
      ['/ready?from=kubelet', { status: 'ready', checks: { configuration: 'ok' } }],
    ] as const) {
      const response = await ask(path);
      expect(response.status, name).toBe(200);
      expect(response.headers.get('cache-control')).toBe('private, no-store');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(await response.json()).toEqual(body);
      const head = await ask(path, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
    }
  }
  expect(calls()).toEqual({});
});

test('ten seconds of refusals without pause make the gateway not ready, until there is a pause', async () => {
  const clock = new TestClock();
  const { gateway } = await gatewayForTest({ clock });
  const refuseFor = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      gateway.refused();
      // oxlint-disable-next-line eslint/no-await-in-loop -- one second after the other
      await clock.skip(990);
    }
    gateway.refused();
  };
  const isReady = { status: 200, body: { status: 'ready', checks: { configuration: 'ok' } } };
  await refuseFor(9);
  expect(await ready(gateway)).toEqual(isReady);
  await clock.skip(1100);
  await refuseFor(9);
  expect(await ready(gateway)).toEqual(isReady);
  await refuseFor(2);
  expect(await ready(gateway)).toEqual({
    status: 503,
    body: {
      status: 'not ready',
      checks: { configuration: 'ok', load: 'requests are refused because there are too many' },
    },
  });
  await clock.skip(1100);
  expect(await ready(gateway)).toEqual(isReady);
});

test('a probe answers any method but GET and HEAD with 405', async () => {
  const { gateway } = await gatewayForTest();
  for (const [name, ask] of await waysTo(gateway)) {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      for (const path of ['/health', '/ready']) {
        const response = await ask(path, { method });
        expect([name, method, response.status]).toEqual([name, method, 405]);
        expect(response.headers.get('allow')).toBe('GET, HEAD');
        expect(response.headers.get('cache-control')).toBe('private, no-store');
        expect(response.headers.get('x-content-type-options')).toBe('nosniff');
        expect(await response.json()).toEqual({ error: 'Only GET and HEAD are answered here.' });
      }
    }
  }
});

test('a URL whose path or query only resembles that of a probe is not a probe', async () => {
  const { gateway } = await gatewayForTest();
  for (const [name, ask] of await waysTo(gateway)) {
    for (const path of ['/graphql/health', '/x/ready', '/health/', '/healthy', '/READY', '//health']) {
      const response = await ask(path);
      expect([name, path, response.status]).toEqual([name, path, 404]);
      await response.body?.cancel();
    }
    const headers = { 'x-graphql-yoga-csrf': '1' };
    const query = await ask('/graphql?query={__typename}&then=/health', { headers });
    expect([name, await query.json()]).toEqual([name, { data: { __typename: 'Query' } }]);
  }
});

describe('a gateway with its own login', () => {
  test('is ready once it has logged in, which only the first probe causes', async () => {
    const { gateway, calls } = await serviceGatewayForTest({});
    expect(await Promise.all([ready(gateway), ready(gateway)])).toEqual([inService, inService]);
    expect(await ready(gateway)).toEqual(inService);
    expect(calls()).toEqual({ login: 1 });
  });

  test('reports and logs a failed login by its code and a text of its own, and does not repeat it for each probe', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    const { gateway, sandbox, calls } = await serviceGatewayForTest(
      { GENESYSCLOUD_OAUTHCLIENT_SECRET: 'hush-this-is-a-secret' },
      [],
      { log },
    );
    for (let probe = 0; probe < 5; probe++) {
      expect(await ready(gateway)).toEqual(
        unready(
          "failed: UNAUTHENTICATED, the login service did not accept the secret of the gateway's OAuth client, or the client belongs to another region",
        ),
      );
    }
    expect(calls()).toEqual({ login: 1 });
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ resource: 'login', code: 'UNAUTHENTICATED', upstreamStatus: 400 }),
    ]);
    const text = JSON.stringify(await ready(gateway)) + lines.join('');
    for (const hidden of ['hush', sandbox.url, 'authentication failed', 'invalid_client']) {
      expect(text).not.toContain(hidden);
    }
  });

  test('reports that its login is under way instead of keeping the probe waiting', async () => {
    const clock = new TestClock();
    const { gateway, calls } = await serviceGatewayForTest({}, [{ kind: 'hang', resource: 'login' }], {
      clock,
    });
    for (let n = 0; n < 2; n += 1) {
      const probe = ready(gateway);
      await clock.skip(500);
      expect(await probe).toEqual(unready('under way'));
    }
    await deliver();
    expect(calls()).toEqual({ login: 1 });
    expect((await gateway.fetch(new Request('http://gateway.example/health'))).status).toBe(200);
  });

  test('stays ready after its login even if the upstream fails, and spends no call on a probe', async () => {
    const { gateway, sandbox, ask, calls } = await serviceGatewayForTest({});
    expect(await ready(gateway)).toEqual(inService);
    sandbox.faults.push({ kind: 'status', status: 500 });
    expect((await ask('{ user(id: "user-1") { name } }')).errors).toHaveLength(1);
    calls();
    expect(await ready(gateway)).toEqual(inService);
    expect(calls()).toEqual({});
  });

  test('becomes ready by itself when the login service recovers', async () => {
    const { gateway } = await serviceGatewayForTest({}, [
      { kind: 'status', status: 500, resource: 'login', times: 1 },
    ]);
    expect(await ready(gateway)).toEqual(
      unready('failed: UPSTREAM_UNAVAILABLE, the login service is not available'),
    );
    expect(await ready(gateway)).toEqual(inService);
  });

  test('does not log in for a probe once it is retired', async () => {
    const { gateway, calls } = await serviceGatewayForTest({});
    gateway.retire();
    await ready(gateway);
    expect(calls()).toEqual({});
  });
});

test.each([
  ["callers' tokens", {}],
  ['its own access token', { GENESYSCLOUD_ACCESS_TOKEN: 'token-of-a-caller' }],
])('a gateway with %s is ready at once, because it needs no login', async (_what, env) => {
  const { gateway, calls } = await gatewayForTest({ env });
  expect(await ready(gateway)).toEqual({
    status: 200,
    body: { status: 'ready', checks: { configuration: 'ok' } },
  });
  expect(calls()).toEqual({});
});

test('a retired gateway is not ready, even after its disposal, but stays alive and answers requests until then', async () => {
  const { gateway, query } = await gatewayForTest();
  gateway.retire();
  const draining = {
    status: 503,
    body: {
      status: 'not ready',
      checks: {
        configuration: 'ok',
        draining: 'the gateway is shutting down: it finishes its requests, and new ones belong elsewhere',
      },
    },
  };
  expect(await ready(gateway)).toEqual(draining);
  expect((await gateway.fetch(new Request('http://gateway.example/health'))).status).toBe(200);
  expect((await query('{ user(id: "user-1") { name } }')).data).toEqual({ user: { name: 'Name of user-1' } });
  await gateway.dispose();
  expect(await ready(gateway)).toEqual(draining);
});
