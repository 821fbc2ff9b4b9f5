import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as macrotask } from 'node:timers/promises';
import * as fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { MOST_HOLDING, workOnOneRequestAtATime } from '../../../src/http/one-request-at-a-time.ts';
import { listeningForTest } from '../../support/listening.ts';

const GET = 'GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n';
const LAST = 'GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

async function serverForTest(listener: RequestListener) {
  const server = createServer(listener);
  workOnOneRequestAtATime(server);
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => sockets.push(socket));
  const port = Number(new URL(await listeningForTest(server)).port);
  function dial(): Socket {
    const socket = connect(port, '127.0.0.1').setNoDelay();
    onTestFinished(() => {
      socket.destroy();
    });
    return socket;
  }
  return { server, sockets, dial };
}

/** Listener that keeps requests with their bodies, and answers when told to. */
function answeringLater() {
  const waiting: { readonly request: IncomingMessage; readonly response: ServerResponse }[] = [];
  const listener: RequestListener = (request, response) => {
    request.resume();
    waiting.push({ request, response });
  };
  return { listener, waiting };
}

async function turns(count: number): Promise<void> {
  // oxlint-disable-next-line eslint/no-await-in-loop -- one turn after the other
  for (let turn = 0; turn < count; turn += 1) await macrotask();
}

test('the next request of a connection begins when the one before is answered', async () => {
  const { listener, waiting } = answeringLater();
  const { dial } = await serverForTest(listener);
  const client = dial();
  const answers = text(client);
  client.write(GET + GET + LAST);
  for (const number of [1, 2, 3]) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one request after the other
    await expect.poll(() => waiting.length).toBe(number);
    // oxlint-disable-next-line eslint/no-await-in-loop
    await turns(20);
    expect(waiting).toHaveLength(number);
    waiting.at(-1)?.response.end(`answer ${number}`);
  }
  expect((await answers).match(/answer \d/g)).toEqual(['answer 1', 'answer 2', 'answer 3']);
});

test('what follows a request under way stays unread', async () => {
  const { listener, waiting } = answeringLater();
  const { dial, sockets } = await serverForTest(listener);
  const client = dial();
  client.on('error', () => undefined);
  client.write(GET.repeat(400_000));
  await expect.poll(() => waiting.length).toBe(1);
  await turns(200);
  expect(waiting).toHaveLength(1);
  expect(sockets[0]?.bytesRead).toBeLessThan(1_000_000);
  expect(client.writableLength).toBeGreaterThan(1_000_000);
});

test('of many connections with further requests, some keep them, and others end with the answer under way', async () => {
  const { listener, waiting } = answeringLater();
  const { dial } = await serverForTest(listener);
  const all = Array.from({ length: MOST_HOLDING + 5 }, dial);
  const texts = all.map((client) => text(client));
  for (const client of all) client.write(GET + LAST);
  await expect.poll(() => waiting.length).toBe(all.length);
  await turns(50);
  for (const { response } of waiting.slice(0, all.length)) response.end('answered');
  await expect.poll(() => waiting.length).toBe(all.length + MOST_HOLDING);
  for (const { response } of waiting.slice(all.length)) response.end('answered');
  const answers = (await Promise.all(texts)).map((each) => each.match(/answered/g)?.length);
  expect(answers.filter((count) => count === 2)).toHaveLength(MOST_HOLDING);
  expect(answers.filter((count) => count === 1)).toHaveLength(5);
});

test('a client that leaves while its only request is under way is noticed', async () => {
  const { listener, waiting } = answeringLater();
  const { dial } = await serverForTest(listener);
  const client = dial();
  client.write(GET);
  await expect.poll(() => waiting.length).toBe(1);
  const closed = once(waiting[0]?.response ?? client, 'close');
  client.destroy();
  await closed;
});

test('the server answers one of many requests that it refuses by itself', async () => {
  const { dial } = await serverForTest((_request, response) => response.end());
  const client = dial();
  client.write('GET / HTTP/1.1\r\n\r\n'.repeat(1000));
  expect((await text(client)).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
});

test('empty lines before a request are skipped', async () => {
  const { dial } = await serverForTest((request, response) => response.end(request.url));
  const client = dial();
  client.write(`\r\n\r\n${GET}\r\n${LAST}`);
  expect((await text(client)).match(/\/(?:page|last)/g)).toEqual(['/page', '/last']);
});

test('no bytes of a broken message reach another connection', async () => {
  const { dial } = await serverForTest((request, response) => response.end(request.url));
  const broken = dial();
  broken.write(`${GET}nonsense\r\n\r\n${LAST}`);
  expect((await text(broken)).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
  const other = dial();
  other.write(LAST);
  expect((await text(other)).match(/\/(?:page|last)/g)).toEqual(['/last']);
});

test('a request that is answered before its body has come is followed by the next one', async () => {
  const { dial } = await serverForTest((request, response) => response.end(request.url));
  const client = dial();
  const answers = text(client);
  client.write('POST /early HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8\r\n\r\n1234');
  await turns(50);
  client.write(`5678${LAST}`);
  expect((await answers).match(/\/(?:early|last)/g)).toEqual(['/early', '/last']);
});

test('a request for another protocol is answered like any other where there is none', async () => {
  const { dial } = await serverForTest((request, response) => response.end(request.url));
  const client = dial();
  client.write(
    `GET /page HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: chat\r\n\r\n${LAST}`,
  );
  expect((await text(client)).match(/\/(?:page|last)/g)).toEqual(['/page', '/last']);
});

test('another protocol gets what follows the request for it', async () => {
  const { server, dial } = await serverForTest((_request, response) => response.end());
  const received = new Promise<string>((resolve) => {
    server.on('upgrade', (_request, socket, head: Buffer) => {
      let all = head.toString();
      socket.on('end', () => socket.end());
      socket.on('data', (data: Buffer) => {
        all += data.toString();
        if (all.endsWith('!')) resolve(all);
      });
    });
  });
  const client = dial();
  client.write(
    `${GET}GET / HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: chat\r\n\r\nhello\r\n\r\n`,
  );
  await turns(5);
  client.write('world!');
  expect(await received).toBe('hello\r\n\r\nworld!');
});

const bodies = fc.string({
  unit: fc.constantFrom('a', '\r', '\n', '0', 'GET / HTTP/1.1\r\n\r\n'),
  maxLength: 12,
});

interface Message {
  readonly body: string | null;
  readonly isChunked: boolean;
  readonly chunk: number;
  readonly hasTrailers: boolean;
}

const messages: fc.Arbitrary<Message> = fc.record({
  body: fc.option(bodies),
  isChunked: fc.boolean(),
  chunk: fc.integer({ min: 1, max: 20 }),
  hasTrailers: fc.boolean(),
});

function messageOf({ body, isChunked, chunk, hasTrailers }: Message, number: number): string {
  const head = `POST /${number} HTTP/1.1\r\nHost: localhost\r\n`;
  if (body === null) return `${head}\r\n`;
  if (!isChunked) return `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
  const chunks = (body.match(new RegExp(`[^]{1,${chunk}}`, 'g')) ?? []).map(
    (part) => `${part.length.toString(16)};extension=1\r\n${part}\r\n`,
  );
  return `${head}Transfer-Encoding: chunked\r\n\r\n${chunks.join('')}0\r\n${hasTrailers ? 'a: b\r\n' : ''}\r\n`;
}

test('messages of any kind, cut anywhere, arrive whole and one at a time', async () => {
  const underWay = new WeakMap<Socket, number>();
  let most = 0;
  const { dial } = await serverForTest((request, response) => {
    const { socket } = request;
    const count = (change: number) => {
      const now = (underWay.get(socket) ?? 0) + change;
      underWay.set(socket, now);
      most = Math.max(most, now);
    };
    count(1);
    response.once('close', () => count(-1));
    void text(request).then((body) => response.end(JSON.stringify([request.url, body])));
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(messages, { minLength: 1, maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 }),
      async (sent, lengths) => {
        const client = dial();
        const answers = text(client);
        const bytes = sent.map(messageOf).join('') + LAST;
        for (let from = 0, cut = 0; from < bytes.length; cut += 1) {
          const length = lengths[cut % lengths.length] ?? 1;
          client.write(bytes.slice(from, from + length));
          from += length;
          // oxlint-disable-next-line eslint/no-await-in-loop -- so that each piece is read by itself
          if (cut < 30) await macrotask();
        }
        const expected = sent.map(({ body }, number) => JSON.stringify([`/${number}`, body ?? '']));
        expect((await answers).match(/\["\/.*"\]/g)).toEqual([...expected, '["/last",""]']);
      },
    ),
    { numRuns: 150 },
  );
  expect(most).toBe(1);
});
