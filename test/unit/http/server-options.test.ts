import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { workOnOneRequestAtATime } from '../../../src/http/one-request-at-a-time.ts';
import { connectionTimeouts } from '../../../src/http/server-options.ts';
import { listeningForTest } from '../../support/listening.ts';

const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
const SHORT_MS = 200;

/** Connection to a server that gives clients a short time for requests and a long one between them. */
async function dial(): Promise<Socket> {
  const timeouts = { keepAliveSeconds: 60, headersTimeoutMs: SHORT_MS, bodyTimeoutMs: 2 * SHORT_MS };
  const server = createServer(connectionTimeouts(timeouts), (request, response) => {
    request.resume().once('end', () => response.end('answered'));
  });
  workOnOneRequestAtATime(server);
  const { port } = new URL(await listeningForTest(server));
  const socket = connect(Number(port), '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  return socket;
}

test('an idle connection outlives the time for headers', async () => {
  const socket = await dial();
  socket.write(REQUEST);
  await once(socket, 'data');
  await delay(4 * SHORT_MS);
  socket.write(REQUEST);
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 200/);
});

test.each([
  ['nothing', ''],
  ['half of the headers', 'GET / HTTP/1.1\r\nHost'],
  ['half of a body', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n1234567890'],
  ['half of a later request', `${REQUEST}GET / HTTP/1.1\r\nHost`],
])('a client that sends %s and no more is told so, and its connection closed', async (_what, sent) => {
  const socket = await dial();
  socket.write(sent);
  expect((await text(socket)).match(/HTTP\/1\.1 \d+/g)?.at(-1)).toBe('HTTP/1.1 408');
});
