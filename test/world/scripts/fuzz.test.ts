import * as fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { demands } from '../../../scripts/fuzz/arbitraries/demands.ts';
import { answerProblems } from '../../../scripts/fuzz/check-answer.ts';
import { dumped } from '../../../scripts/fuzz/dump.ts';
import { type Exchange, tokenPlace } from '../../../scripts/fuzz/exchange.ts';
import { GatewayProcess } from '../../../scripts/gateway-process/gateway-process.ts';
import { leakProblems } from '../../../scripts/fuzz/leak.ts';
import { parseFuzzSettings } from '../../../scripts/fuzz/parse-fuzz-settings.ts';
import { perform } from '../../../scripts/fuzz/perform.ts';
import { written } from '../../../scripts/fuzz/write-request.ts';
import { runNode } from '../../support/run-node.ts';

const request = written({ method: 'POST', target: '/graphql', headers: [], body: Buffer.from('{}') });

const exchange: Exchange = {
  kind: 'planted',
  pieces: [request],
  pauseMs: 0,
  methods: ['POST'],
  isSound: true,
  isProbed: false,
  leaves: 'never',
};

const PROBED = '{"data":{"inStep":"Query"}}';

/** HTTP answer as the gateway writes it, except for planted parts. */
function answer(body: string, head = 'HTTP/1.1 200 OK', headers = 'cache-control: private, no-store\r\n') {
  return `${head}\r\ncontent-type: application/json\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** Problems found with a server that gives these answers in order; null ends the connection. */
async function found(answers: readonly (string | null)[], sent: Partial<Exchange> = {}): Promise<string[]> {
  const server = createServer((socket) => {
    const rest = [...answers];
    socket.on('error', () => undefined);
    socket.on('data', () => {
      const next = rest.shift();
      if (next === null) socket.end();
      else if (next?.includes('Connection: close')) socket.end(next);
      else if (next !== undefined) socket.write(next);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('The server has a port.');
  const outcome = await perform({ ...exchange, ...sent }, { port: address.port, tokens: ['a'] }, 1000);
  return [...outcome.problems, ...outcome.answers.flatMap(answerProblems)];
}

describe('fuzzing accepts', () => {
  test('a correct answer, and another one on the same connection', async () => {
    expect(await found([answer('{"data":{}}')])).toEqual([]);
    expect(await found([answer('{"data":{}}'), answer(PROBED)], { isProbed: true })).toEqual([]);
  });

  test('a refusal that tells when to come again', async () => {
    const headers = 'cache-control: private, no-store\r\nretry-after: 1\r\n';
    const busy = '{"errors":[{"message":"No.","extensions":{"code":"UPSTREAM_UNAVAILABLE"}}]}';
    expect(await found([answer(busy, 'HTTP/1.1 503 Service Unavailable', headers)])).toEqual([]);
  });

  test('a refusal of several requests that ends the connection, and no answer at all to malformed bytes', async () => {
    const refusal = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n';
    expect(await found([refusal], { methods: ['POST', 'POST'], isProbed: true })).toEqual([]);
    expect(await found([null], { isSound: false })).toEqual([]);
  });

  test('a chunked answer after 100 Continue', async () => {
    const body = '{"errors":[{"message":"No.","extensions":{"code":"BAD_REQUEST"}}]}';
    const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    const head =
      'content-type: application/json\r\ncache-control: private, no-store\r\ntransfer-encoding: chunked';
    expect(await found([`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n${head}\r\n\r\n${chunk}`])).toEqual(
      [],
    );
  });
});

describe('fuzzing reports', () => {
  const error = (extensions: object, message = 'No.') =>
    JSON.stringify({ errors: [{ message, extensions }] });
  const errorText = '{"message":"No.","extensions":{"code":"FORBIDDEN"}}';

  test.each([
    ['a missing answer', [], /no end after 1 s/],
    ['a truncated answer', [answer('{"data":{}}').slice(0, -1)], /no end after 1 s/],
    ['a connection that ends without an answer', [null], /0 answers to 1 requests/],
    ['a server error', [answer('{"data":{}}', 'HTTP/1.1 500 x')], /^status 500/],
    ['a 503 that does not tell when to come again', [answer('{"data":{}}', 'HTTP/1.1 503 x')], /^status 503/],
    ['an unknown code', [answer(error({ code: 'OOPS' }))], /the code OOPS/],
    [
      'a limit without its numbers',
      [answer(error({ code: 'QUERY_TOO_EXPENSIVE', limit: 'time' }))],
      /a limit told as/,
    ],
    ['a long message', [answer(error({ code: 'FORBIDDEN' }, 'x'.repeat(601)))], /of 601 characters/],
    [
      'more than 100 errors',
      [answer(`{"errors":[${Array.from({ length: 101 }, () => errorText).join(',')}]}`)],
      /101 errors/,
    ],
    [
      'a switch to another protocol',
      ['HTTP/1.1 101 Switching Protocols\r\ncache-control: private, no-store\r\n\r\n'],
      /^status 101, of which nothing was asked/,
    ],
    ['an answer that caches may keep', [answer('{"data":{}}', undefined, '')], /Cache-Control ""/],
    [
      'an answer with two Cache-Control headers',
      [answer('{"data":{}}', undefined, 'cache-control: private, no-store\r\n'.repeat(2))],
      /no-store \+ private/,
    ],
    [
      'an empty answer of the gateway that caches may keep',
      ['HTTP/1.1 404 x\r\ncontent-length: 0\r\n\r\n'],
      /Cache-Control ""/,
    ],
    ['a body that is not JSON', [answer('{"data":{}')], /no JSON/],
    ['an answer with neither data nor errors', [answer('{}')], /neither data nor errors/],
    ['a list in place of a result', [answer('[]')], /no object/],
    ['an error without a code', [answer(error({}))], /without a message or a code/],
    [
      'an error with a stack in its extensions',
      [answer(error({ code: 'FORBIDDEN', stack: 'x' }))],
      /without a message or a code/,
    ],
    ['an unexpected error', [answer(error({ code: 'INTERNAL_SERVER_ERROR' }))], /insides/],
    [
      'a stack in the message of an error',
      [answer(error({ code: 'FORBIDDEN' }, 'x\n    at run (a.js:1:2)'))],
      /insides/,
    ],
    [
      'the name of a file in the message of an error',
      [answer(error({ code: 'FORBIDDEN' }, 'in src/main.ts:3'))],
      /insides/,
    ],
    [
      "JavaScript's own message in an error",
      [answer(error({ code: 'FORBIDDEN' }, "Cannot read properties of null (reading 'a')"))],
      /insides/,
    ],
    [
      'an answer with both Content-Length and Transfer-Encoding',
      [answer('{"data":{}}', undefined, 'transfer-encoding: chunked\r\n')],
      /two ends/,
    ],
    ['bytes after the end of an answer', [`${answer('{"data":{}}')}x`], /more comes than/],
    ['a malformed header', [answer('{"data":{}}', undefined, 'a b: c\r\n')], /is no header/],
  ])('%s', async (_what, answers, expected) => {
    expect((await found(answers)).join('\n')).toMatch(expected);
  });

  test('a connection whose answers do not match its requests', async () => {
    const first = answer('{"data":{}}');
    expect((await found([first, first], { isProbed: true })).join()).toMatch(
      /next request on the connection is/,
    );
    expect((await found([first, null], { isProbed: true })).join()).toMatch(/no answer to the next request/);
    expect(
      (
        await found([first, null], { methods: ['POST', 'POST'], pieces: [request, request], pauseMs: 50 })
      ).join(),
    ).toMatch(/1 answers to 2 requests/);
  });

  test('a body that is too large', () => {
    const headers = new Map([['cache-control', ['private, no-store']]]);
    const body = Buffer.from(`{"data":{"a":"${'x'.repeat(32 * 1024 * 1024 + 1000)}"}}`);
    expect(answerProblems({ status: 200, headers, body, method: 'POST' }).join()).toMatch(
      /a body of 33555449/,
    );
  });

  test('errors in the log of a gateway, its other output, and its unexpected end', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const program = join(folder, 'gateway.mjs');
    await writeFile(
      program,
      `console.log('Gateway and GraphiQL on http://localhost:1/graphql\\n  upstream    on http://127.0.0.1:2\\n\\nA query to paste:\\n{\\n}');
      console.log(JSON.stringify({ level: 40, msg: 'a warning' }));
      console.log(JSON.stringify({ level: 50, msg: 'an error' }));
      console.log('something else');
      console.error('(node:1) Warning: x');
      process.exitCode = 3;`,
    );
    const gateway = await GatewayProcess.start({ program });
    expect(gateway.port).toBe(1);
    await expect.poll(() => gateway.isAlive).toBe(false);
    const complaints = await gateway.stop();
    expect(complaints.toSorted()).toEqual([
      'it logs: {"level":50,"msg":"an error"}',
      'it says: (node:1) Warning: x',
      'no line of a log: something else',
      'the gateway ended with 3',
    ]);
  });

  test('memory that grows beyond the limits of RSS and heap', () => {
    const sample = (requests: number, resident: number, heap: number) => ({ requests, resident, heap });
    expect(leakProblems([sample(20_000, 200, 80), sample(100_000, 260, 100)])).toEqual([]);
    expect(leakProblems([sample(20_000, 200, 80), sample(100_000, 280, 160)])).toEqual([
      'RSS has grown by 80 MB in 80000 requests; 64 MB may be',
      'the heap has grown by 80 MB in 80000 requests; 24 MB may be',
    ]);
  });
});

test('each seed draws the same demands, among them large lists, many lines, long names and wrong variables', () => {
  const drawn = fc.sample(demands, { seed: 1, numRuns: 400 }).map((body) => body.toString());
  expect(fc.sample(demands, { seed: 1, numRuns: 400 }).map((body) => body.toString())).toEqual(drawn);
  for (const text of [
    'interactions(first: 1000) { nodes { campaign { interactions(first: 1000)',
    'first: 1001',
    ' a29: ',
    '\\n'.repeat(5000),
    '\\r'.repeat(5000),
    'n'.repeat(90_000),
    'fragment L1 on',
    ' a9: types',
    '['.repeat(45_000),
    '"unknown4999"',
    'x'.repeat(45_000),
    '"first":-1',
  ]) {
    expect(
      drawn.some((body) => body.includes(text)),
      text.slice(0, 100),
    ).toBe(true);
  }
});

test('a failed exchange is printed as bytes that can be sent again, without the token of the run', () => {
  const body = Buffer.from(`{"query":"${'{'.repeat(5000)}"}`);
  const headers = [['authorization', `Bearer ${tokenPlace(7)}`]] as const;
  const bytes = written({ method: 'POST', target: '/graphql', headers, body });
  const text = dumped({ ...exchange, pieces: [bytes.subarray(0, 50), bytes.subarray(50)] });
  const [, base64 = ''] = /echo (\S+) \| base64 -d \| gunzip/.exec(text) ?? [];
  expect(gunzipSync(Buffer.from(base64, 'base64'))).toEqual(
    written({ method: 'POST', target: '/graphql', headers: [], body }),
  );
  expect(text).toContain('{‹5000 times›');
  expect(text.length).toBeLessThan(1000);
});

describe('settings of fuzzing', () => {
  test('have defaults, with a seed drawn at random', () => {
    expect(parseFuzzSettings({})).toEqual({
      requests: 100_000,
      seconds: 900,
      seed: expect.any(Number),
      path: null,
    });
    expect(
      parseFuzzSettings({ FUZZ_REQUESTS: '5', FUZZ_SECONDS: '2', FUZZ_SEED: '7', FUZZ_PATH: '3:1:0' }),
    ).toEqual({ requests: 5, seconds: 2, seed: 7, path: '3:1:0' });
  });

  test('are reported together when they are wrong, and nothing is started', async () => {
    const main = new URL('../../../scripts/fuzz/main.ts', import.meta.url);
    const env = { FUZZ_REQUESTS: 'x', FUZZ_SECONDS: '0', FUZZ_SEED: '', FUZZ_PATH: '1:' };
    const { stderr } = await runNode([main], env);
    expect(stderr).toBe(`FUZZ_REQUESTS must be a whole number from 1 to 1000000000; it is "x".
FUZZ_SECONDS must be a whole number from 1 to 86400; it is "0".
FUZZ_PATH must be numbers with colons between them; it is "1:".
FUZZ_PATH needs its FUZZ_SEED.
`);
  });
});
