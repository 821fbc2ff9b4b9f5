import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { Connections } from '../../../src/http/connections.ts';
import { ConnectionDrain } from '../../../src/http/drain.ts';
import { AllowedOrigins } from '../../../src/http/allowed-origins.ts';
import { Refusals } from '../../../src/http/refusal.ts';
import { TestClock } from '../../support/test-clock.ts';

const HOUR_MS = 3_600_000;
const LARGE = Buffer.alloc(30_000_000, 'x');

/** Server on a free port, with its connections tracked. */
async function serverForTest(listener: RequestListener) {
  const server = createServer(listener);
  const clock = new TestClock();
  const connections = new Connections(server, {
    clock,
    max: Infinity,
    refusals: new Refusals(new AllowedOrigins()),
  });
  const ending = new ConnectionDrain(clock, server, connections);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('The server has a port.');
  const { port } = address;

  /** Connection that the server has accepted, with `sent` written to it. */
  async function dial(sent = ''): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => {
      socket.destroy();
    });
    const accepted = once(server, 'connection');
    await Promise.all([accepted, once(socket, 'connect')]);
    if (sent !== '') socket.write(sent);
    return socket;
  }

  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  async function ask(path = '/'): Promise<IncomingMessage> {
    const request = get({ port, host: '127.0.0.1', path, agent });
    const [response] = await once(request, 'response');
    return response;
  }

  return { clock, server, port, ending, dial, ask };
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** Listener that answers once `answer` is called. */
function answeringLater() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const listener: RequestListener = (_request, response) => {
    void promise.then(() => response.end('answered'));
  };
  return { listener, answer: resolve };
}

test('a request under way is answered, with connection: close', async () => {
  const { listener, answer } = answeringLater();
  const { server, ending, ask } = await serverForTest(listener);
  const begun = once(server, 'request');
  const asked = ask();
  await begun;
  const drained = ending.drain({ lameDuckMs: 0, graceMs: HOUR_MS });
  await expect.poll(() => server.listening).toBe(false);
  answer();
  const response = await asked;
  expect(response.headers.connection).toBe('close');
  expect(await text(response)).toBe('answered');
  await drained;
});

test('connections are accepted during the lame duck time, and each ends after one answer', async () => {
  const { clock, ending, ask, dial } = await serverForTest((_request, response) => response.end('answered'));
  expect((await ask()).headers.connection).toBe('keep-alive');
  const drained = ending.drain({ lameDuckMs: HOUR_MS / 4, graceMs: HOUR_MS });
  const socket = await dial(REQUEST);
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\nconnection: close\r\n[^]*answered$/i);
  await clock.skip(HOUR_MS / 4);
  await drained;
  await expect(dial()).rejects.toThrow('ECONNREFUSED');
});

test('an answer that is written but not yet sent is not cut off', async () => {
  const { server, ending, dial } = await serverForTest((_request, response) => response.end(LARGE));
  const begun = once(server, 'request');
  const socket = await dial(REQUEST);
  socket.pause();
  await begun;
  const drained = ending.drain({ lameDuckMs: 0, graceMs: HOUR_MS });
  await expect.poll(() => server.listening).toBe(false);
  const received = await buffer(socket);
  expect(received.length).toBeGreaterThan(LARGE.length);
  await drained;
});

test('the drain waits for a request whose first bytes have arrived, however long the rest takes', async () => {
  const { clock, server, ending, dial } = await serverForTest((_request, response) =>
    response.end('answered'),
  );
  const socket = await dial(REQUEST.slice(0, 20));
  const drained = ending.drain({ lameDuckMs: 0, graceMs: HOUR_MS });
  await expect.poll(() => server.listening).toBe(false);
  // Longer than the drain waits for silent connections.
  await clock.skip(10_000);
  socket.write(REQUEST.slice(20));
  expect(await text(socket)).toContain('answered');
  await drained;
});

test('the drain waits for a new connection, because its request may be on the way', async () => {
  const { server, ending, dial } = await serverForTest((_request, response) => response.end('answered'));
  const socket = await dial();
  const drained = ending.drain({ lameDuckMs: 0, graceMs: HOUR_MS });
  await expect.poll(() => server.listening, { interval: 5 }).toBe(false);
  socket.write(REQUEST);
  expect(await text(socket)).toContain('answered');
  await drained;
});

/** Worker that opens and counts connections, sends a request on each and posts the number of answers. */
const OTHER_THREAD = `
  const { connect } = require('node:net');
  const { text } = require('node:stream/consumers');
  const { parentPort, workerData: { port, count, opened, request } } = require('node:worker_threads');
  const sockets = Array.from({ length: count }, () => connect(port, '127.0.0.1', () => {
    Atomics.add(opened, 0, 1);
    Atomics.notify(opened, 0);
  }));
  const answers = sockets.map((socket) => {
    socket.write(request);
    return text(socket).then((answer) => answer.endsWith('answered'), () => false);
  });
  Promise.all(answers).then((all) => parentPort.postMessage(all.filter(Boolean).length));
`;

test('connections that the kernel has accepted before the drain are answered, however many', async () => {
  const { ending, port } = await serverForTest((_request, response) => response.end('answered'));
  const count = 20;
  const opened = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(OTHER_THREAD, {
    eval: true,
    workerData: { port, count, opened, request: REQUEST },
  });
  onTestFinished(async () => {
    await worker.terminate();
  });
  const answered = once(worker, 'message');
  await once(worker, 'online');
  // The main thread accepts no connection while `Atomics.wait` blocks it.
  for (let open = 0; open < count; open = Atomics.load(opened, 0)) Atomics.wait(opened, 0, open, 1000);
  await ending.drain({ lameDuckMs: 0, graceMs: HOUR_MS });
  expect(await answered).toEqual([count]);
});

test('idle connections, and those without a request, are closed by the drain', async () => {
  const { clock, ending, ask, dial } = await serverForTest((_request, response) => response.end('answered'));
  expect(await text(await ask())).toBe('answered');
  const silent = await dial();
  const ended = once(silent.resume(), 'close');
  const drained = ending.drain({ lameDuckMs: 0, graceMs: HOUR_MS });
  await clock.skip(2_000);
  await drained;
  await ended;
});

test('a request without an answer is cut off when the grace time is over', async () => {
  const { clock, server, ending, dial } = await serverForTest(() => undefined);
  const begun = once(server, 'request');
  const socket = await dial(REQUEST);
  await begun;
  const drained = ending.drain({ lameDuckMs: HOUR_MS, graceMs: HOUR_MS });
  await clock.skip(HOUR_MS);
  await drained;
  expect(await text(socket)).toBe('');
});

test('a server that does not listen has nothing to drain', async () => {
  const server = createServer();
  const clock = new TestClock();
  const ending = new ConnectionDrain(
    clock,
    server,
    new Connections(server, { clock, max: 1, refusals: new Refusals(new AllowedOrigins()) }),
  );
  await expect(ending.drain({ lameDuckMs: HOUR_MS, graceMs: HOUR_MS })).resolves.toBeUndefined();
});
