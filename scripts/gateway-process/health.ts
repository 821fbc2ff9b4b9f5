import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Answers of `/health` during a period. */
export interface HealthFigures {
  readonly probes: number;
  /** Probes with another answer than 200, or none. */
  readonly failed: number;
  readonly mostMs: number;
  readonly p99Ms: number;
}

/** Probes of a gateway, sent by a thread. */
export class Health {
  readonly #worker: Worker;

  constructor(port: number) {
    this.#worker = new Worker(new URL('health-thread.ts', import.meta.url), { workerData: port });
  }

  /** Figures since the previous call. */
  async take(): Promise<HealthFigures> {
    const answered = once(this.#worker, 'message');
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#worker.postMessage('take');
    const [figures]: HealthFigures[] = await answered;
    if (figures === undefined) throw new TypeError('The thread sent no figures.');
    return figures;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
