import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type RequestListener } from 'node:http';
import { setImmediate as macrotask } from 'node:timers/promises';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { closeUnreadAnswers } from '../../../src/http/send-timeout.ts';
import { TestClock } from '../../support/test-clock.ts';
import { listeningForTest } from '../../support/listening.ts';

const TIMEOUT_MS = 60_000;
const LARGE = Buffer.alloc(30_000_000, 'x');

/** Server, and an answer of it whose body the client does not read yet. */
async function answered(listener: RequestListener) {
  const server = createServer(listener);
  const clock = new TestClock();
  let timeouts = 0;
  closeUnreadAnswers(server, { clock, timeoutMs: TIMEOUT_MS, onTimeout: () => (timeouts += 1) });
  const request = get(await listeningForTest(server), { agent: false });
  request.on('error', () => undefined);
  const [response]: IncomingMessage[] = await once(request, 'response');
  if (response === undefined) throw new TypeError('There is a response.');
  /** Lets time pass, with looks of the server at its answers. */
  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1000) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one look after the other
      await clock.skip(Math.min(left, 1000));
      // oxlint-disable-next-line eslint/no-await-in-loop
      await macrotask();
    }
  }
  return { response, pass, timeouts: () => timeouts };
}

test('the connection of a client that does not read its answer is closed', async () => {
  const { response, pass, timeouts } = await answered((_request, answer) => answer.end(LARGE));
  await pass(TIMEOUT_MS / 2);
  expect(timeouts()).toBe(0);
  await pass(TIMEOUT_MS);
  expect(timeouts()).toBe(1);
  await expect(buffer(response)).rejects.toThrow('aborted');
});

test('a client that reads now and then has no more time', async () => {
  const { response, pass, timeouts } = await answered((_request, answer) => answer.end(LARGE));
  for (let second = 0; second < (2 * TIMEOUT_MS) / 1000 && timeouts() === 0; second += 1) {
    response.read(10);
    // oxlint-disable-next-line eslint/no-await-in-loop -- one second after the other
    await pass(1000);
  }
  expect(timeouts()).toBe(1);
  response.on('error', () => undefined);
});

test('a stream may last while its client keeps up, and not when it stops reading', async () => {
  let write: (data: Buffer) => void = () => undefined;
  const { response, pass, timeouts } = await answered((_request, answer) => {
    answer.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    answer.write('event');
    write = (data) => answer.write(data);
  });
  await pass(3 * TIMEOUT_MS);
  expect(timeouts()).toBe(0);
  write(LARGE);
  await pass(2 * TIMEOUT_MS);
  expect(timeouts()).toBe(1);
  response.on('error', () => undefined);
});
