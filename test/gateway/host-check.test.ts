import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { isLoopback } from '../../src/lib/loopback.ts';
import { gatewayForTest, TOKEN } from '../support/gateway.ts';
import { listeningForTest } from '../support/listening.ts';

const USER = '{ user(id: "user-1") { name } }';
const userAnswer = { data: { user: { name: 'Name of user-1' } } };

interface Answer {
  readonly status: number | undefined;
  readonly cacheControl: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** Gateway on a real port of 127.0.0.1, whatever its setting HOST says. */
async function listeningGateway(env: Readonly<Record<string, string>>) {
  const { gateway, calls } = await gatewayForTest({ env });
  const address = await listeningForTest(gateway.listener);

  /** Queries a user, with this Host header. */
  function ask(host: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return send('/graphql', 'POST', host, headers, JSON.stringify({ query: USER }));
  }

  function send(
    path: string,
    method: string,
    host: string,
    headers: Readonly<Record<string, string>> = {},
    body = '',
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const own = { host, authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
      const sent = request(address + path, { method, headers: { ...own, ...headers } }, (response) => {
        const { 'cache-control': cacheControl, 'content-type': contentType } = response.headers;
        text(response).then(
          (read) => resolve({ status: response.statusCode, cacheControl, contentType, body: read }),
          reject,
        );
      });
      sent.on('error', reject).end(body);
    });
  }
  return { address, ask, send, calls };
}

const answered = { status: 200, body: JSON.stringify(userAnswer) };
const refused = {
  status: 403,
  cacheControl: 'private, no-store',
  contentType: 'application/json; charset=utf-8',
  body: JSON.stringify({
    errors: [
      {
        message:
          'The Host header names no host that this gateway answers for: see its setting ALLOWED_HOSTS.',
        extensions: { code: 'FORBIDDEN' },
      },
    ],
  }),
};

const loopbackNames = [
  'localhost',
  'localhost:4000',
  'LocalHost:4000',
  'localhost.',
  'gateway.localhost:80',
  '127.0.0.1',
  '127.0.0.1:65535',
  '127.1.2.3',
  '[::1]',
  '[::1]:4000',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]:4000',
];
const otherNames = [
  'rebound.example',
  'rebound.example:4000',
  'localhost.rebound.example',
  '127.0.0.1.rebound.example',
  'notlocalhost',
  '0.0.0.0:4000',
  '10.0.0.1',
  '128.0.0.1',
  '[::]',
  '[::2]:4000',
  '[::ffff:10.0.0.1]',
];

describe('a gateway on loopback', () => {
  test.each(['127.0.0.1', 'localhost', '::1', '::ffff:127.0.0.1'])(
    'answers for the names of loopback and for no other: %s',
    async (host) => {
      const { ask, calls } = await listeningGateway({ HOST: host });
      for (const name of loopbackNames) expect(await ask(name)).toMatchObject(answered);
      calls();
      for (const name of otherNames) expect(await ask(name)).toEqual(refused);
      expect(calls()).toEqual({});
    },
  );

  test('also answers for the allowed names, in any case and at any port', async () => {
    const { ask, calls } = await listeningGateway({ ALLOWED_HOSTS: 'Gateway.Example, 10.0.0.1 [::2]' });
    for (const name of [
      'gateway.example',
      'GATEWAY.example:443',
      'gateway.example.',
      '10.0.0.1:1',
      '[::2]:80',
    ]) {
      expect(await ask(name)).toMatchObject(answered);
    }
    expect(await ask('localhost:4000')).toMatchObject(answered);
    calls();
    for (const name of ['rebound.example', 'www.gateway.example', 'gateway.example.rebound.example']) {
      expect(await ask(name)).toEqual(refused);
    }
    expect(calls()).toEqual({});
  });

  test('ignores other headers that could name a host', async () => {
    const { ask } = await listeningGateway({});
    const forwarded = {
      forwarded: 'host=localhost',
      'x-forwarded-host': 'localhost',
      origin: 'http://localhost',
    };
    expect(await ask('rebound.example', forwarded)).toEqual(refused);
    const elsewhere = { forwarded: 'host=rebound.example', 'x-forwarded-host': 'rebound.example' };
    expect(await ask('localhost', elsewhere)).toMatchObject(answered);
  });

  test('rejects other names at every path: GraphiQL, unknown paths, and paths that only resemble a probe', async () => {
    const { send } = await listeningGateway({});
    for (const path of [
      '/graphql',
      '/nothing',
      '/graphql/health',
      '/health/',
      '/healthy',
      '/graphql?/ready',
    ]) {
      expect(await send(path, 'GET', 'rebound.example', { accept: 'text/html' })).toEqual(refused);
      expect((await send(path, 'GET', 'localhost', { accept: 'text/html' })).status).not.toBe(403);
    }
    expect(await send('/graphql', 'OPTIONS', 'rebound.example')).toEqual(refused);
  });

  test('answers probes for any well-formed name, because they use the address of the process', async () => {
    const { send, calls } = await listeningGateway({});
    for (const path of ['/health', '/ready', '/health?from=kubelet']) {
      expect(await send(path, 'GET', '10.0.0.1:4000')).toMatchObject({ status: 200 });
      expect(await send(path, 'GET', '[')).toMatchObject({ status: 400, body: '' });
    }
    expect(calls()).toEqual({});
  });

  test('rejects a request without a Host header, which only HTTP/1.0 allows', async () => {
    const { address } = await listeningGateway({});
    const { port } = new URL(address);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('GET /graphql HTTP/1.0\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 403 /);
  });
});

test.each([
  'a b',
  '[',
  '[::bad',
  'localhost@rebound.example',
  'rebound.example#localhost',
  'localhost/x',
  'localhost:99999',
])('a malformed Host header gets 400 on any listening address: %s', async (name) => {
  for (const host of ['127.0.0.1', '0.0.0.0']) {
    const { ask, calls } = await listeningGateway({ HOST: host });
    expect(await ask(name)).toMatchObject({ status: 400, cacheControl: 'private, no-store', body: '' });
    expect(calls()).toEqual({});
  }
});

describe('a gateway beyond loopback', () => {
  test.each(['0.0.0.0', '::', '192.168.0.7', 'gateway.example'])(
    'answers for any name while ALLOWED_HOSTS is not set: %s',
    async (host) => {
      const { ask } = await listeningGateway({ HOST: host });
      for (const name of ['anything.example', 'localhost:4000'])
        expect(await ask(name)).toMatchObject(answered);
    },
  );

  test('answers only for the allowed names and for those of loopback, which nobody else can have', async () => {
    const { ask, calls } = await listeningGateway({ HOST: '0.0.0.0', ALLOWED_HOSTS: 'gateway.example' });
    for (const name of ['gateway.example:4000', 'localhost', '127.0.0.1:4000'])
      expect(await ask(name)).toMatchObject(answered);
    calls();
    for (const name of otherNames) expect(await ask(name)).toEqual(refused);
    expect(calls()).toEqual({});
  });
});

test('isLoopback recognizes every form of a loopback name or address', () => {
  const loopback = [
    'localhost',
    'LOCALHOST',
    '127.0.0.1',
    '127.255.255.255',
    '::1',
    '[::1]',
    '0:0:0:0:0:0:0:1',
  ];
  for (const host of [...loopback, '::ffff:127.0.0.1', '[::ffff:7f00:1]']) {
    expect([host, isLoopback(host)]).toEqual([host, true]);
  }
  const others = [
    '',
    'localhost.example',
    '127.0.0.256',
    '127.0.0.1.example',
    '128.0.0.1',
    '0.0.0.0',
    '::',
    '::2',
  ];
  for (const host of [...others, '::ffff:10.0.0.1', 'a.localhost', '1']) {
    expect([host, isLoopback(host)]).toEqual([host, false]);
  }
});

test('a request by `fetch` is for an allowed name too, by its Host header or else its URL', async () => {
  const { gateway, calls } = await gatewayForTest({ env: { ALLOWED_HOSTS: 'gateway.example' } });
  const askFor = (url: string, headers: Readonly<Record<string, string>> = {}) =>
    gateway.fetch(
      new Request(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}`, ...headers },
        body: JSON.stringify({ query: USER }),
      }),
    );
  for (const url of ['https://gateway.example', 'http://localhost:4000']) {
    expect(await (await askFor(url)).json()).toEqual(userAnswer);
  }
  calls();
  for (const response of [
    await askFor('https://rebound.example'),
    await askFor('http://localhost', { host: 'rebound.example' }),
  ]) {
    expect(response.status).toBe(403);
    expect(await response.text()).toBe(refused.body);
  }
  expect(calls()).toEqual({});
  expect((await gateway.fetch(new Request('http://10.0.0.1/health'))).status).toBe(200);
});
