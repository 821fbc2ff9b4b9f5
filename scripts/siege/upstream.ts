import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Upstream of the gateway under siege, run by a thread. */
export class Upstream {
  readonly url: string;
  readonly #worker: Worker;

  private constructor(worker: Worker, url: string) {
    this.#worker = worker;
    this.url = url;
  }

  /** Starts the upstream of the assaults with these names. */
  static async start(assaults: readonly string[]): Promise<Upstream> {
    const worker = new Worker(new URL('upstream-thread.ts', import.meta.url), { workerData: assaults });
    const [url]: string[] = await once(worker, 'message');
    if (url === undefined) throw new TypeError('The thread sent no URL.');
    return new Upstream(worker, url);
  }

  /** Number of calls by token since the previous call. */
  async takeCalls(): Promise<ReadonlyMap<string, number>> {
    const answered = once(this.#worker, 'message');
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#worker.postMessage('take');
    const [calls]: ReadonlyMap<string, number>[] = await answered;
    if (calls === undefined) throw new TypeError('The thread sent no calls.');
    return calls;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
