import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { AllowedOrigins } from '../../../src/http/allowed-origins.ts';
import { Refusals } from '../../../src/http/refusal.ts';
import { RequestsInFlight } from '../../../src/http/requests-in-flight.ts';
import { listeningForTest } from '../../support/listening.ts';
import { TestClock } from '../../support/test-clock.ts';

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
const HALF_A_BODY = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n1234567890';

/** Request of a page of this origin. */
function requestOf(origin: string): Request {
  return new Request('http://localhost/graphql', { headers: { origin } });
}

/** Server that works on so many requests at the same time, and answers them when told to. */
async function serverForTest(max: number) {
  const clock = new TestClock();
  const refusals = new Refusals(new AllowedOrigins({ corsOrigins: ['https://app.example'] }));
  const waiting: ServerResponse[] = [];
  let refused = 0;
  const inFlight = new RequestsInFlight({ clock, max, refusals, onRefused: () => (refused += 1) });
  const listener: RequestListener = (_request, response) => waiting.push(response);
  const port = Number(new URL(await listeningForTest(createServer(inFlight.before(listener)))).port);

  /** Connection with this much of a request. */
  async function send(request: string): Promise<Socket> {
    const socket = connect(port, '127.0.0.1').setNoDelay();
    onTestFinished(() => {
      socket.destroy();
    });
    await once(socket, 'connect');
    socket.write(request);
    return socket;
  }

  return { clock, inFlight, waiting, send, refused: () => refused };
}

async function answerOn(socket: Socket): Promise<string> {
  const [answer] = await once(socket, 'data');
  return String(answer);
}

test('one request too many is told when to come again, on a connection that stays open', async () => {
  const { waiting, send, refused } = await serverForTest(2);
  const first = await send(GET);
  await send(GET);
  await expect.poll(() => waiting.length).toBe(2);
  const third = await send(GET);
  const refusal = await answerOn(third);
  expect(refusal).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
  expect(refusal).toMatch(/\r\nretry-after: 1\r\n/i);
  expect(refusal).toMatch(
    /"message":"[^"]+MAX_REQUESTS_IN_FLIGHT, 2\)[^"]+","extensions":\{"code":"SERVICE_UNAVAILABLE"/,
  );
  expect(refused()).toBe(1);
  waiting[0]?.end('answered');
  expect(await answerOn(first)).toContain('answered');
  third.write(GET);
  await expect.poll(() => waiting.length).toBe(3);
});

test.each([
  ['https://app.example', /\r\naccess-control-allow-origin: https:\/\/app\.example\r\n/i],
  ['https://other.example', /^(?![^]*access-control-allow-origin)/i],
])('a page of %s can read a refusal if it may read answers', async (origin, expected) => {
  const { waiting, send } = await serverForTest(1);
  await send(GET);
  await expect.poll(() => waiting.length).toBe(1);
  const refusal = await answerOn(await send(GET.replace('\r\n\r\n', `\r\nOrigin: ${origin}\r\n\r\n`)));
  expect(refusal).toMatch(/^HTTP\/1\.1 503/);
  expect(refusal).toMatch(/\r\nvary: Origin\r\n/i);
  expect(refusal).toMatch(expected);
});

test('a client that leaves makes room', async () => {
  const { waiting, send, refused } = await serverForTest(1);
  const first = await send(GET);
  await expect.poll(() => waiting.length).toBe(1);
  const closed = once(waiting[0] ?? first, 'close');
  first.destroy();
  await closed;
  await send(GET);
  await expect.poll(() => waiting.length).toBe(2);
  expect(refused()).toBe(0);
});

test('a body that has been coming for more than a second gives way, the oldest first', async () => {
  const { clock, waiting, send, refused } = await serverForTest(3);
  await send(GET);
  await expect.poll(() => waiting.length).toBe(1);
  const slow = await send(HALF_A_BODY);
  await expect.poll(() => waiting.length).toBe(2);
  const slowToo = await send(HALF_A_BODY);
  await expect.poll(() => waiting.length).toBe(3);
  await clock.skip(1001);
  const later = await send(GET);
  expect(await answerOn(slow)).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n[^]+\r\nconnection: close\r\n/i);
  await expect.poll(() => waiting.length).toBe(4);
  expect(refused()).toBe(1);
  waiting.at(-1)?.end('answered');
  expect(await answerOn(later)).toContain('answered');
  slowToo.write('1234567890');
  waiting[2]?.end('answered too');
  expect(await answerOn(slowToo)).toContain('answered too');
});

test('a body that has just begun does not give way', async () => {
  const { waiting, send } = await serverForTest(1);
  await send(HALF_A_BODY);
  await expect.poll(() => waiting.length).toBe(1);
  expect(await answerOn(await send(GET))).toMatch(/^HTTP\/1\.1 503/);
});

test('a body is not slow because the process was busy', async () => {
  const { waiting, send } = await serverForTest(1);
  await send(HALF_A_BODY);
  await expect.poll(() => waiting.length).toBe(1);
  const later = await send(GET);
  for (const untilMs = performance.now() + 1500; performance.now() < untilMs;);
  expect(await answerOn(later)).toMatch(/^HTTP\/1\.1 503/);
});

test('requests without a server count as well', async () => {
  const { inFlight, refused } = await serverForTest(1);
  const { promise, resolve } = Promise.withResolvers<Response>();
  const first = inFlight.fetch(requestOf('https://app.example'), () => promise);
  const refusal = await inFlight.fetch(requestOf('https://app.example'), () => promise);
  expect(refusal.status).toBe(503);
  expect(refusal.headers.get('retry-after')).toBe('1');
  expect(await refusal.json()).toHaveProperty('errors[0].extensions.code', 'SERVICE_UNAVAILABLE');
  expect(refused()).toBe(1);
  resolve(new Response('answered'));
  expect(await (await first).text()).toBe('answered');
  expect((await inFlight.fetch(requestOf('https://app.example'), () => new Response('again'))).status).toBe(
    200,
  );
});

test.each([
  ['https://app.example', 'https://app.example'],
  ['https://other.example', null],
])('a page of %s can read a refusal without a server if it may read answers', async (origin, allowed) => {
  const { inFlight } = await serverForTest(0);
  const refusal = await inFlight.fetch(requestOf(origin), () => new Response('answered'));
  expect(refusal.status).toBe(503);
  expect(refusal.headers.get('vary')).toBe('Origin');
  expect(refusal.headers.get('access-control-allow-origin')).toBe(allowed);
});
