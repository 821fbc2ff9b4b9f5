import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { Connections, connectionTimeouts } from '../../../src/http/drain.ts';

const HOUR_MS = 3_600_000;
const LARGE = Buffer.alloc(30_000_000, 'x');

/** A server whose connections are known, on a port of its own. */
async function serverForTest(listener: RequestListener) {
  const server = createServer(listener);
  const connections = new Connections(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('The server has a port.');
  const { port } = address;

  /** A connection on which this is sent, if anything, as soon as it is there. */
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

  return { server, port, connections, dial, ask };
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** Answers when the test says so. */
function answeringLater() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const listener: RequestListener = (_request, response) => {
    void promise.then(() => response.end('answered'));
  };
  return { listener, answer: resolve };
}

test('a request under way is answered, and told that its connection ends with it', async () => {
  const { listener, answer } = answeringLater();
  const { server, connections, ask } = await serverForTest(listener);
  const begun = once(server, 'request');
  const asked = ask();
  await begun;
  const drained = connections.drain({ lameDuckMs: 0, graceMs: HOUR_MS });
  await expect.poll(() => server.listening).toBe(false);
  answer();
  const response = await asked;
  expect(response.headers.connection).toBe('close');
  expect(await text(response)).toBe('answered');
  await drained;
});

test('connections are still accepted for a while, and each is answered once', async () => {
  const { connections, ask, dial } = await serverForTest((_request, response) => response.end('answered'));
  expect((await ask()).headers.connection).toBe('keep-alive');
  const drained = connections.drain({ lameDuckMs: 200, graceMs: HOUR_MS });
  const socket = await dial(REQUEST);
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\nconnection: close\r\n[^]*answered$/i);
  await drained;
  await expect(dial()).rejects.toThrow('ECONNREFUSED');
});

test('an answer that is written but not yet sent is not cut off', async () => {
  const { server, connections, dial } = await serverForTest((_request, response) => response.end(LARGE));
  const begun = once(server, 'request');
  const socket = await dial(REQUEST);
  socket.pause();
  await begun;
  const drained = connections.drain({ lameDuckMs: 0, graceMs: HOUR_MS });
  await expect.poll(() => server.listening).toBe(false);
  const received = await buffer(socket);
  expect(received.length).toBeGreaterThan(LARGE.length);
  await drained;
});

test('a request whose first bytes have come is waited for, however long the rest takes', async () => {
  const { server, connections, dial } = await serverForTest((_request, response) => response.end('answered'));
  const socket = await dial(REQUEST.slice(0, 20));
  const drained = connections.drain({ lameDuckMs: 0, graceMs: HOUR_MS });
  await expect.poll(() => server.listening).toBe(false);
  // Longer than for connections that say nothing.
  await delay(1500);
  socket.write(REQUEST.slice(20));
  expect(await text(socket)).toContain('answered');
  await drained;
});

test('a connection that was just made is waited for, for its request is on the way', async () => {
  const { server, connections, dial } = await serverForTest((_request, response) => response.end('answered'));
  const socket = await dial();
  const drained = connections.drain({ lameDuckMs: 0, graceMs: HOUR_MS });
  await expect.poll(() => server.listening, { interval: 5 }).toBe(false);
  socket.write(REQUEST);
  expect(await text(socket)).toContain('answered');
  await drained;
});

/** Opens connections, says when all are open, asks on each, and tells how many were answered. */
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

test('connections that the machine has accepted are taken in, however many', async () => {
  const { connections, port } = await serverForTest((_request, response) => response.end('answered'));
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
  // Nothing is accepted by this thread as long as it stands still.
  for (let open = 0; open < count; open = Atomics.load(opened, 0)) Atomics.wait(opened, 0, open, 1000);
  await connections.drain({ lameDuckMs: 0, graceMs: HOUR_MS });
  expect(await answered).toEqual([count]);
});

test('connections that are merely kept, and those that say nothing, end by themselves', async () => {
  const { connections, ask, dial } = await serverForTest((_request, response) => response.end('answered'));
  expect(await text(await ask())).toBe('answered');
  const silent = await dial();
  const ended = once(silent.resume(), 'close');
  await connections.drain({ lameDuckMs: 0, graceMs: HOUR_MS });
  await ended;
});

test('what has no answer when the time is over is cut off', async () => {
  const { server, connections, dial } = await serverForTest(() => undefined);
  const begun = once(server, 'request');
  const socket = await dial(REQUEST);
  await begun;
  await connections.drain({ lameDuckMs: HOUR_MS, graceMs: 100 });
  expect(await text(socket)).toBe('');
});

test('a server that does not listen has nothing to drain', async () => {
  const connections = new Connections(createServer());
  await expect(connections.drain({ lameDuckMs: HOUR_MS, graceMs: HOUR_MS })).resolves.toBeUndefined();
});

test.each([1, 55, 75, 3600])(
  'idle connections of %s seconds are no request that takes too long',
  (seconds) => {
    const { keepAliveTimeout, headersTimeout, requestTimeout } = connectionTimeouts(seconds);
    expect(keepAliveTimeout).toBe(seconds * 1000);
    expect(headersTimeout).toBeGreaterThan(keepAliveTimeout);
    // Of a server whose timeouts are the wrong way round, Node makes none.
    const server = createServer({ keepAliveTimeout, headersTimeout, requestTimeout });
    expect(server).toMatchObject({ keepAliveTimeout, headersTimeout, requestTimeout });
  },
);
