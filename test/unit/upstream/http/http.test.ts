import { createHash } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { UpstreamError } from '../../../../src/errors.ts';
import { Cancellation } from '../../../../src/lib/signal.ts';
import { Http } from '../../../../src/upstream/http/http.ts';
import { Turns } from '../../../../src/lib/turns.ts';
import { systemClock } from '../../../../src/lib/clock.ts';
import { listeningForTest } from '../../../support/listening.ts';

const get = { method: 'GET', headers: {} } as const;

/** A signal that counts its listeners. */
class CountedSignal extends Cancellation {
  listeners = 0;

  override addEventListener(type: 'abort', listener: () => void): void {
    this.listeners += 1;
    super.addEventListener(type, listener);
  }

  override removeEventListener(type: 'abort', listener: () => void): void {
    this.listeners = Math.max(0, this.listeners - 1);
    super.removeEventListener(type, listener);
  }
}

function httpForTest(): Http {
  const http = new Http(5_000, new Turns(systemClock), 16);
  onTestFinished(() => http.dispose());
  return http;
}

/** Makes one exchange with this upstream. Resolves to the answer or to the error. */
async function exchangeWith(upstream: RequestListener, signal = new CountedSignal()): Promise<unknown> {
  const url = new URL(await listeningForTest(upstream));
  const outcome = await httpForTest()
    .exchange(url, get, signal)
    .catch((error: unknown) => error);
  expect(signal.listeners).toBe(0);
  return outcome;
}

describe('an answer', () => {
  test('is read whole, however its bytes are split into chunks', async () => {
    const bytes = Buffer.from(JSON.stringify({ name: 'Søren Ångström, 漢字 🙂' }));
    const answer = await exchangeWith((_request, response) => {
      Readable.from(Array.from(bytes, (byte) => Buffer.of(byte))).pipe(response);
    });
    expect(answer).toMatchObject({ status: 200, bytes });
  });

  test.each([3, 5_000, 100_000, 3_000_000])(
    'of %i bytes is held in a buffer of exactly that size',
    async (length) => {
      const answer = await exchangeWith((_request, response) => response.end('x'.repeat(length)));
      expect(answer).toMatchObject({ bytes: { length, buffer: { byteLength: length } } });
    },
  );

  test('that is large is read whole', async () => {
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => at % 251));
    const answer = await exchangeWith((_request, response) => response.end(bytes));
    expect(answer).toMatchObject({ bytes: { length: bytes.length } });
    expect(createHash('sha256').update(Object(answer).bytes).digest()).toEqual(
      createHash('sha256').update(bytes).digest(),
    );
  });

  test('that is large is received only when it may be', async () => {
    const bytes = Buffer.alloc(16_000_000, 'x');
    const gate = Promise.withResolvers<void>();
    let received: ServerResponse | undefined;
    const upstream: RequestListener = (_request, response) => {
      received = response;
      response.end(bytes);
    };
    const url = new URL(await listeningForTest(upstream));
    let isAsked = 0;
    const answer = httpForTest().exchange(url, get, new CountedSignal(), {
      onLarge() {
        isAsked += 1;
        return gate.promise;
      },
    });
    await expect.poll(() => isAsked).toBe(1);
    // More than the sockets between two ends on one machine keep.
    await expect.poll(() => received?.socket?.writableLength).toBeGreaterThan(0);
    expect(received?.writableFinished).toBe(false);
    gate.resolve();
    expect(await answer).toMatchObject({ bytes: { length: bytes.length } });
    expect(isAsked).toBe(1);
  });

  test('has its header names in lower case', async () => {
    const answer = await exchangeWith((_request, response) => {
      response.writeHead(429, { 'ININ-Correlation-Id': 'abc', 'X-Twice': ['1', '2'] }).end();
    });
    expect(answer).toMatchObject({
      status: 429,
      headers: { 'inin-correlation-id': 'abc', 'x-twice': ['1', '2'] },
    });
  });

  test('is the final response, not an informational response before it', async () => {
    const answer = await exchangeWith((_request, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      response.writeHead(200).end('{}');
    });
    expect(answer).toMatchObject({ status: 200, bytes: Buffer.from('{}') });
  });

  test('that redirects is not followed', async () => {
    let asked = 0;
    const answer = await exchangeWith((_request, response) => {
      asked += 1;
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect(answer).toMatchObject({ status: 302, headers: { location: '/elsewhere' } });
    expect(asked).toBe(1);
  });
});

describe('connections', () => {
  test('are no more than allowed, also for exchanges that begin in the moment in which others end', async () => {
    let connections = 0;
    const server = createServer((_request, response) => response.end('{}'));
    server.on('connection', () => (connections += 1));
    const url = new URL(await listeningForTest(server));
    const http = new Http(5_000, new Turns(systemClock), 2);
    onTestFinished(() => http.dispose());
    const exchanges: Promise<unknown>[] = [];
    const next = (): void => {
      if (exchanges.length === 20) return;
      exchanges.push(http.exchange(url, get, new CountedSignal(), { onEnd: next }));
    };
    next();
    next();
    await expect.poll(() => exchanges.length).toBe(20);
    await Promise.all(exchanges);
    expect(connections).toBe(2);
  });

  test('are used until the end of an exchange that was given up before', async () => {
    const url = new URL(await listeningForTest(() => undefined));
    const signal = new CountedSignal();
    const ends: string[] = [];
    const answer = httpForTest().exchange(url, get, signal, { onEnd: () => ends.push('connection') });
    answer.catch(() => ends.push('exchange'));
    signal.abort(new Error('nobody waits'));
    await expect.poll(() => ends).toEqual(['exchange', 'connection']);
    const late = httpForTest().exchange(url, get, signal, { onEnd: () => ends.push('never begun') });
    await expect(late).rejects.toThrow('nobody waits');
    expect(ends).toEqual(['exchange', 'connection', 'never begun']);
  });
});

describe('an exchange', () => {
  test('rejects with a transient error when nothing listens at the address', async () => {
    const signal = new CountedSignal();
    const outcome = httpForTest().exchange(new URL('http://127.0.0.1:1'), get, signal);
    await expect(outcome).rejects.toMatchObject({
      failure: {
        code: 'UPSTREAM_UNAVAILABLE',
        message: 'the upstream could not be reached: it refuses connections',
      },
      isTransient: true,
      detail: 'ECONNREFUSED',
    });
    expect(signal.listeners).toBe(0);
  });

  test('rejects with a transient error when the upstream breaks off its answer', async () => {
    const outcome = await exchangeWith((_request, response) => {
      response.writeHead(200, { 'inin-correlation-id': 'abc', 'content-length': 100 });
      response.write('{', () => response.destroy());
    });
    const message = 'the upstream broke off its answer';
    const failure = { code: 'UPSTREAM_UNAVAILABLE', message, upstreamStatus: 200, correlationId: 'abc' };
    expect(outcome).toMatchObject({ failure, isTransient: true });
  });

  test('rejects with a permanent error when the answer is too large to hold', async () => {
    const chunk = Buffer.alloc(1024 * 1024, ' ');
    const outcome = await exchangeWith((_request, response) => {
      Readable.from(Array.from({ length: 40 }, () => chunk)).pipe(response);
    });
    const message = "the upstream's answer is too large";
    const failure = { code: 'UPSTREAM_BAD_RESPONSE', message, upstreamStatus: 200 };
    expect(outcome).toMatchObject({ failure, isTransient: false });
  });

  test('does not receive an answer whose length says that it is too large', async () => {
    const outcome = await exchangeWith((_request, response) => {
      // The upstream sends no byte of it, so that nothing else can end the exchange.
      response.writeHead(200, { 'content-length': 33 * 1024 * 1024 }).flushHeaders();
    });
    expect(outcome).toMatchObject({ failure: { code: 'UPSTREAM_BAD_RESPONSE', upstreamStatus: 200 } });
  });

  test('rejects with a permanent error when the request is invalid, or after `dispose`', async () => {
    const http = httpForTest();
    const url = new URL('http://127.0.0.1:1');
    const signal = new CountedSignal();
    const wrong = http.exchange(url, { ...get, headers: { 'no header': '' } }, signal);
    await expect(wrong).rejects.toMatchObject({ isTransient: false, detail: 'UND_ERR_INVALID_ARG' });
    await http.dispose();
    await expect(http.exchange(url, get, signal)).rejects.toMatchObject({
      isTransient: false,
      detail: 'UND_ERR_DESTROYED',
    });
    expect(signal.listeners).toBe(0);
  });
});

describe('an abort', () => {
  const reason = new UpstreamError({ code: 'UPSTREAM_TIMEOUT', message: 'no longer' });

  test('before the exchange begins prevents the call', async () => {
    let asked = 0;
    const signal = new CountedSignal();
    signal.abort(reason);
    const upstream: RequestListener = (_request, response) => {
      asked += 1;
      response.end();
    };
    expect(await exchangeWith(upstream, signal)).toBe(reason);
    expect(asked).toBe(0);
  });

  test.each(['before the answer', 'within it'])(
    'ends the call; its moment relative to the answer: %s',
    async (when) => {
      const signal = new Cancellation();
      const closed = Promise.withResolvers<void>();
      const url = new URL(
        await listeningForTest((_request, response) => {
          response.on('close', closed.resolve);
          if (when === 'before the answer') signal.abort(reason);
          else response.writeHead(200).write('{', () => setImmediate(() => signal.abort(reason)));
        }),
      );
      await expect(httpForTest().exchange(url, get, signal)).rejects.toBe(reason);
      await closed.promise;
    },
  );

  test('before there is a connection rejects at once, and the call is never sent', async () => {
    let asked = 0;
    const url = new URL(
      await listeningForTest((_request, response) => {
        asked += 1;
        response.end('{}');
      }),
    );
    const http = httpForTest();
    const signal = new Cancellation();
    const given = http.exchange(url, get, signal);
    signal.abort(reason);
    await expect(given).rejects.toBe(reason);
    expect(await http.exchange(url, get, new Cancellation())).toMatchObject({ bytes: Buffer.from('{}') });
    expect(asked).toBe(1);
  });

  test('of an `AbortSignal` of Node.js rejects as well, and leaves no listener', async () => {
    const url = new URL(await listeningForTest(() => undefined));
    const controller = new AbortController();
    const given = httpForTest().exchange(url, get, controller.signal);
    controller.abort(reason);
    await expect(given).rejects.toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });
});
