import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** The one token that the upstream knows. */
export const GOOD_TOKEN = 'good';

export interface SlowUpstreamFigures {
  /** Most connections that were open at once. */
  readonly mostOpen: number;
  readonly calls: number;
}

/** Upstream that knows one token, and takes a while to say that it does not know another. */
export class SlowUpstream {
  readonly url: string;
  readonly #worker: Worker;

  private constructor(worker: Worker, port: number) {
    this.#worker = worker;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(slowMs: number): Promise<SlowUpstream> {
    const worker = new Worker(new URL('slow-upstream-thread.ts', import.meta.url), { workerData: slowMs });
    const [port]: number[] = await once(worker, 'message');
    if (port === undefined) throw new TypeError('The thread sent no port.');
    return new SlowUpstream(worker, port);
  }

  async figures(): Promise<SlowUpstreamFigures> {
    const answered = once(this.#worker, 'message');
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#worker.postMessage('figures');
    const [figures]: SlowUpstreamFigures[] = await answered;
    if (figures === undefined) throw new TypeError('The thread sent no figures.');
    return figures;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
