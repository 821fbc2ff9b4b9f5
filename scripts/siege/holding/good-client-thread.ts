/**
 * Thread of a client with a good token. For each message, a number of milliseconds, it asks one thing after another for so long,
 * then sends its `GoodClientFigures`. A thread of its own, because the other clients keep the main thread busy.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from './client.ts';
import { type GoodClientFigures, goodClientSchema } from './good-client.ts';

const PAUSE_MS = 5;

const { port, token, query } = goodClientSchema.parse(workerData);
// Its connection is there before the others come: a new one would wait for theirs to be accepted.
const client = new Client(port, { token });
let asked = 0;

async function ask(forMs: number): Promise<GoodClientFigures> {
  const tookMs: number[] = [];
  const wrong: string[] = [];
  for (const untilMs = performance.now() + forMs; performance.now() < untilMs;) {
    asked += 1;
    try {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
      const answer = await client.ask(query, { variables: { id: `script-of-${asked}` } });
      tookMs.push(answer.tookMs);
      if (answer.status !== 200 || answer.text.includes('"errors"')) {
        wrong.push(`${answer.status} ${answer.text.slice(0, 200)}`);
      }
    } catch (error) {
      wrong.push(String(error));
    }
    // oxlint-disable-next-line eslint/no-await-in-loop -- a pause
    await delay(PAUSE_MS);
  }
  return { tookMs, wrong };
}

parentPort?.on('message', (forMs) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  void ask(Number(forMs)).then((figures) => parentPort?.postMessage(figures));
});
