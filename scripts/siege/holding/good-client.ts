import * as v from '@badrap/valita';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Ground } from './ground.ts';

export const goodClientSchema = v.object({
  port: v.number(),
  token: v.string(),
  /** Query with the variable `id`, which is another each time, so that each costs a call. */
  query: v.string(),
});

export interface GoodClientFigures {
  readonly tookMs: readonly number[];
  readonly wrong: readonly string[];
}

/** Client that asks one thing after another, in a thread of its own. */
export class GoodClient {
  readonly #worker: Worker;

  constructor(ground: Ground, means: v.Infer<typeof goodClientSchema>) {
    this.#worker = new Worker(new URL('good-client-thread.ts', import.meta.url), { workerData: means });
    ground.atEnd(async () => void (await this.#worker.terminate()));
  }

  /** Asks for so long. */
  async ask(forMs: number): Promise<GoodClientFigures> {
    const answered = once(this.#worker, 'message');
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#worker.postMessage(forMs);
    const [figures]: GoodClientFigures[] = await answered;
    if (figures === undefined) throw new TypeError('The thread sent no figures.');
    return figures;
  }
}
