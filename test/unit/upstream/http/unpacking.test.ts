import type { RequestListener, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../../src/lib/clock.ts';
import { proxyAddressOf } from '../../../../src/lib/proxy-address.ts';
import { Cancellation } from '../../../../src/lib/signal.ts';
import { Turns } from '../../../../src/lib/turns.ts';
import { directWay } from '../../../../src/upstream/http/agents.ts';
import { Http } from '../../../../src/upstream/http/http.ts';
import { listeningForTest } from '../../../support/listening.ts';
import { proxyForTest } from '../../../support/proxy.ts';
import { toStop } from '../../../support/to-stop.ts';

const get = { method: 'GET', headers: {} } as const;
const MIB = 1024 * 1024;

const codings = [
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['GZIP', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', brotliCompressSync],
  ['identity', (bytes: Buffer) => bytes],
  ['identity, gzip', gzipSync],
] as const;

/** Text that is not packed to almost nothing. */
function textOf(bytes: number): Buffer {
  return Buffer.from(
    Array.from({ length: bytes / 8 }, (_, at) =>
      ((at * 2_654_435_761) >>> 0).toString(16).padStart(8, 'x'),
    ).join(''),
  );
}

/** Makes one exchange with this upstream. Resolves to the answer or to the error, and counts the ends of its connection. */
async function exchangeWith(upstream: RequestListener, way = directWay) {
  const url = new URL(await listeningForTest(upstream));
  const http = new Http(5_000, new Turns(systemClock), 16, way);
  onTestFinished(() => http.dispose());
  let ends = 0;
  const outcome: unknown = await http
    .exchange(url, get, new Cancellation(), { onEnd: () => (ends += 1) })
    .catch((error: unknown) => error);
  await expect.poll(() => ends).toBe(1);
  return { outcome, ends: () => ends };
}

function packed(response: ServerResponse, coding: string, bytes: Buffer | Readable): void {
  response.writeHead(200, { 'content-encoding': coding, 'inin-correlation-id': 'abc' });
  if (bytes instanceof Readable) bytes.pipe(response);
  else response.end(bytes);
}

describe('an answer in a content coding', () => {
  test.each(codings)('%s is unpacked (%o), a small one and a large one', async (coding, pack) => {
    for (const bytes of [Buffer.from('{}'), textOf(40_000), textOf(3 * MIB)]) {
      const { outcome } = await exchangeWith((_request, response) => packed(response, coding, pack(bytes)));
      expect(Object(outcome).bytes.equals(bytes)).toBe(true);
      expect(outcome).toMatchObject({ status: 200, bytes: { buffer: { byteLength: bytes.length } } });
    }
  });

  test('is unpacked however its bytes are split into chunks', async () => {
    const bytes = textOf(4_000);
    for (const pack of [gzipSync, deflateRawSync] as const) {
      const coding = pack === gzipSync ? 'gzip' : 'deflate';
      const single = Readable.from(Array.from(pack(bytes), (byte) => Buffer.of(byte)));
      const { outcome } = await exchangeWith((_request, response) => packed(response, coding, single));
      expect(Object(outcome).bytes.equals(bytes)).toBe(true);
    }
  });

  test('may have no body', async () => {
    const { outcome } = await exchangeWith((_request, response) => {
      response.writeHead(204, { 'content-encoding': 'gzip' }).end();
    });
    expect(outcome).toMatchObject({ status: 204, bytes: { length: 0 } });
  });

  test('that is large is received only when it may be', async () => {
    const bytes = textOf(24 * MIB);
    const gate = Promise.withResolvers<void>();
    let received: ServerResponse | undefined;
    const whole = gzipSync(bytes, { level: 1 });
    const url = new URL(
      await listeningForTest((_request, response) => {
        received = response;
        packed(response, 'gzip', whole);
      }),
    );
    const http = new Http(5_000, new Turns(systemClock), 16);
    onTestFinished(() => http.dispose());
    const lengths: (number | null)[] = [];
    const answer = http.exchange(url, get, new Cancellation(), {
      onLarge(length) {
        lengths.push(length);
        return gate.promise;
      },
    });
    // The length of a packed answer says nothing of what it takes.
    await expect.poll(() => lengths).toEqual([null]);
    await toStop(received);
    expect(received?.socket?.writableLength).toBeGreaterThan(0);
    expect(received?.writableFinished).toBe(false);
    gate.resolve();
    const got = await answer;
    expect(got.bytes.equals(bytes)).toBe(true);
    expect(lengths).toEqual([null]);
  });

  const followed = [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const;

  test.each(followed)('%s is followed by bytes that are dropped', async (coding, pack) => {
    const bytes = textOf(200_000);
    const { outcome, ends } = await exchangeWith((_request, response) =>
      packed(response, coding, Readable.from([pack(bytes), Buffer.alloc(8 * MIB)])),
    );
    expect(Object(outcome).bytes?.equals(bytes)).toBe(true);
    expect(ends()).toBe(1);
  });

  test.each(followed)('%s that does not end is given up with its connection', async (coding, pack) => {
    const taken = Promise.withResolvers<void>();
    const url = new URL(
      await listeningForTest((_request, response) => {
        response.writeHead(200, { 'content-encoding': coding });
        response.write(pack(textOf(200_000)));
        response.write(Buffer.alloc(8 * MIB), () => taken.resolve());
      }),
    );
    const http = new Http(5_000, new Turns(systemClock), 16);
    onTestFinished(() => http.dispose());
    const signal = new Cancellation();
    let ends = 0;
    const outcome = http.exchange(url, get, signal, { onEnd: () => (ends += 1) });
    outcome.catch(() => undefined);
    await taken.promise;
    signal.abort(new Error('nobody waits'));
    await expect(outcome).rejects.toThrow('nobody waits');
    await expect.poll(() => ends).toBe(1);
  });

  test('is given up while it is unpacked', async () => {
    const bytes = gzipSync(textOf(24 * MIB), { level: 1 });
    const url = new URL(await listeningForTest((_request, response) => packed(response, 'gzip', bytes)));
    const http = new Http(5_000, new Turns(systemClock), 16);
    onTestFinished(() => http.dispose());
    const signal = new Cancellation();
    const outcome = http.exchange(url, get, signal, {
      async onLarge() {
        signal.abort(new Error('nobody waits'));
      },
    });
    await expect(outcome).rejects.toThrow('nobody waits');
    expect(await http.exchange(url, get, new Cancellation())).toMatchObject({ status: 200 });
  });
});

describe('an answer that cannot be unpacked is a permanent UPSTREAM_BAD_RESPONSE, when', () => {
  const unreadable = 'the upstream gave an answer that cannot be read';
  const known = { code: 'UPSTREAM_BAD_RESPONSE', upstreamStatus: 200, correlationId: 'abc' };
  const bytes = textOf(200_000);

  test.each([
    ['its coding is unknown', 'zstd', bytes, /^content coding that is not understood$/],
    ['it has several codings', 'gzip, br', bytes, /^content coding that is not understood$/],
    ['its coding is no name', '; drop table', bytes, /^content coding that is not understood$/],
    [
      'it is small and cut',
      'gzip',
      gzipSync(Buffer.from('{}')).subarray(0, 15),
      /^content coding gzip: Z_BUF_ERROR$/,
    ],
    [
      'it is large and cut',
      'gzip',
      gzipSync(bytes).subarray(0, 90_000),
      /^content coding gzip: Z_BUF_ERROR$/,
    ],
    [
      'it is large and cut in br',
      'br',
      brotliCompressSync(bytes).subarray(0, 70_000),
      /^content coding br: /,
    ],
    ['it is something else', 'gzip', Buffer.from('{"not": "packed"}'), /^content coding gzip: Z_DATA_ERROR$/],
    ['it is something else and large', 'br', Buffer.concat([bytes, bytes]), /^content coding br: ERR_/],
  ])('%s', async (_what, coding, body, detail) => {
    const { outcome, ends } = await exchangeWith((_request, response) => packed(response, coding, body));
    expect(outcome).toMatchObject({
      failure: { ...known, message: unreadable },
      isTransient: false,
      detail: expect.stringMatching(detail),
    });
    expect(ends()).toBe(1);
  });

  const bomb = gzipSync(Buffer.alloc(16 * MIB));
  test.each([
    ['a small one', gzipSync(Buffer.alloc(40 * MIB))],
    ['one of a gigabyte', Buffer.concat(Array.from({ length: 64 }, () => bomb))],
  ])('it is a bomb: %s', async (_what, body) => {
    const { outcome, ends } = await exchangeWith((_request, response) => packed(response, 'gzip', body));
    const message = "the upstream's answer is too large";
    expect(outcome).toMatchObject({ failure: { ...known, message }, isTransient: false });
    expect(ends()).toBe(1);
  });
});

describe('a request', () => {
  test('on one machine asks for an answer that is not packed', async () => {
    const { outcome } = await exchangeWith(({ headers }, response) =>
      response.end(headers['accept-encoding']),
    );
    expect(String(Object(outcome).bytes)).toBe('identity');
  });

  test('that leaves the machine asks for gzip and br', async () => {
    const proxy = await proxyForTest();
    const way = { wayTo: () => proxyAddressOf(proxy.url), secureContext: undefined };
    const { outcome } = await exchangeWith(
      ({ headers }, response) => response.end(headers['accept-encoding']),
      way,
    );
    expect(String(Object(outcome).bytes)).toBe('gzip, br');
  });
});
