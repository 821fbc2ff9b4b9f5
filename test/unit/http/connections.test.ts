import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { CONNECTION_RESERVE, Connections, SILENT_MS } from '../../../src/http/connections.ts';
import { AllowedOrigins } from '../../../src/http/allowed-origins.ts';
import { Refusals } from '../../../src/http/refusal.ts';
import { listeningForTest } from '../../support/listening.ts';
import { TestClock } from '../../support/test-clock.ts';

const GET = 'GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n';
const PROBE = 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** Server for so many connections that answers `/later` when told to, and all else at once. */
async function serverForTest(max: number) {
  const clock = new TestClock();
  const refusals = new Refusals(new AllowedOrigins());
  const turnedAway: string[] = [];
  const waiting: ServerResponse[] = [];
  const listener: RequestListener = ({ url }, response) => {
    if (url?.endsWith('later') === true) waiting.push(response);
    else response.end(`answered ${url}`);
  };
  const server = createServer();
  const connections = new Connections(server, {
    clock,
    max,
    refusals,
    onTurnedAway: (how) => turnedAway.push(how),
  });
  server.on('request', connections.before(listener));
  const port = Number(new URL(await listeningForTest(server)).port);

  /** Connection that the server has accepted. */
  async function dial(sent = ''): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    if (sent !== '') socket.write(sent);
    // The server may reset it.
    socket.on('error', () => undefined);
    onTestFinished(() => {
      socket.destroy();
    });
    await once(server, 'connection');
    return socket;
  }

  /** Connection on which a request is under way. */
  async function busy(): Promise<Socket> {
    const socket = await dial();
    const before = waiting.length;
    socket.write('GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await expect.poll(() => waiting.length).toBe(before + 1);
    return socket;
  }

  /** Connection that has had an answer and is idle since. */
  async function idle(): Promise<Socket> {
    const socket = await dial();
    expect(await answerTo(socket, GET)).toContain('answered /page');
    return socket;
  }

  return { clock, connections, waiting, turnedAway, dial, busy, idle };
}

async function answerTo(socket: Socket, request: string): Promise<string> {
  socket.write(request);
  const [answer] = await once(socket, 'data');
  return String(answer);
}

test('the connection that has been idle longest gives way to a new one', async () => {
  const { connections, turnedAway, idle, busy } = await serverForTest(3);
  await busy();
  const first = await idle();
  const second = await idle();
  expect(await answerTo(first, GET)).toContain('answered');
  const closed = once(second, 'close');
  const third = await idle();
  await closed;
  expect(await answerTo(first, GET)).toContain('answered');
  expect(await answerTo(third, GET)).toContain('answered');
  expect(turnedAway).toEqual(['evicted']);
  expect(connections.size).toBe(3);
});

test('a connection that brings no request for a second gives way before an idle one', async () => {
  const { clock, turnedAway, dial, idle } = await serverForTest(2);
  const used = await idle();
  const silent = await dial();
  await clock.skip(SILENT_MS);
  const closed = once(silent, 'close');
  await idle();
  await closed;
  expect(await answerTo(used, GET)).toContain('answered');
  expect(turnedAway).toEqual(['evicted']);
});

test('a connection that is younger than a second does not give way', async () => {
  const { turnedAway, dial } = await serverForTest(1);
  const young = await dial();
  const above = await dial();
  expect(await answerTo(above, GET)).toMatch(/^HTTP\/1\.1 503/);
  expect(await answerTo(young, GET)).toContain('answered');
  expect(turnedAway).toEqual(['refused']);
});

test('where requests are under way on all, others are told when to come again, and probes are answered', async () => {
  const { connections, waiting, turnedAway, busy, dial } = await serverForTest(2);
  const first = await busy();
  await busy();
  const above = await dial();
  above.write(GET);
  const refusal = await text(above);
  expect(refusal).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
  expect(refusal).toMatch(/\r\nretry-after: 1\r\n/i);
  expect(refusal).toMatch(/\r\nconnection: close\r\n/i);
  expect(refusal).toMatch(
    /"message":"[^"]+MAX_CONNECTIONS[^"]+","extensions":\{"code":"SERVICE_UNAVAILABLE"/,
  );
  const probing = await dial();
  probing.write(PROBE);
  expect(await text(probing)).toMatch(/^HTTP\/1\.1 200 OK\r\nconnection: close\r\n[^]+answered \/health/i);
  expect(turnedAway).toEqual(['refused']);
  expect(connections.size).toBe(2);
  waiting[0]?.end('answered at last');
  const [answer] = await once(first, 'data');
  expect(String(answer)).toContain('answered at last');
});

test('a connection above the bound is like any other once there is room', async () => {
  const { waiting, turnedAway, busy, dial } = await serverForTest(1);
  const first = await busy();
  const above = await dial();
  waiting[0]?.end();
  await once(first, 'data');
  expect(await answerTo(above, GET)).toContain('answered');
  expect(await answerTo(above, GET)).toContain('answered');
  expect(turnedAway).toEqual(['evicted']);
});

test('silent connections above the bound give way to newer ones, so that a probe comes through', async () => {
  const { connections, busy, dial, turnedAway } = await serverForTest(1);
  await busy();
  const flood: Socket[] = [];
  // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
  while (flood.length < CONNECTION_RESERVE + 10) flood.push(await dial());
  expect(connections.size).toBe(1 + CONNECTION_RESERVE);
  const probing = await dial();
  expect(await answerTo(probing, PROBE)).toContain('answered /health');
  expect(turnedAway).toEqual(Array(11).fill('evicted'));
  await expect.poll(() => flood.filter(({ destroyed }) => destroyed).length).toBe(11);
});

test('where the whole reserve is under way, a connection is told so and closed', async () => {
  const { connections, waiting, turnedAway, busy, dial } = await serverForTest(1);
  await busy();
  for (let nth = 0; nth < CONNECTION_RESERVE; nth += 1) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
    const socket = await dial();
    socket.write('GET /ready?later HTTP/1.1\r\nHost: localhost\r\n\r\n');
  }
  await expect.poll(() => waiting.length).toBe(1 + CONNECTION_RESERVE);
  expect(await text(await dial())).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n[^]+MAX_CONNECTIONS/);
  // Whatever comes on it before it is closed is not begun.
  const eager = await Promise.all(
    Array.from({ length: 20 }, () => dial('GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n')),
  );
  await Promise.all(eager.map((socket) => text(socket).catch(() => '')));
  expect(waiting).toHaveLength(1 + CONNECTION_RESERVE);
  expect(turnedAway).toEqual(Array(21).fill('refused'));
  expect(connections.size).toBe(1 + CONNECTION_RESERVE);
});
