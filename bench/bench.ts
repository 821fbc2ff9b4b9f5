import { setTimeout as delay } from 'node:timers/promises';
import type { LoadJob, LoadResult } from './load/run-load.ts';
import type { QuotaJob, QuotaResult } from './load/run-quota-load.ts';
import { freePort, MeasuredProcess } from './processes/measured-process.ts';
import type { CallCounts, Quota } from './upstream/call-log.ts';

/** So much that it is never met. */
const NO_QUOTA: Quota = { allowed: 1_000_000_000, windowSeconds: 60 };
const QUIET_MS = 250;

/** The processes that stand around the contenders during a run: the upstream and the load. */
export class Bench {
  readonly upstream: MeasuredProcess;
  readonly load: MeasuredProcess;
  readonly upstreamUrl: string;

  private constructor(upstream: MeasuredProcess, load: MeasuredProcess, upstreamUrl: string) {
    this.upstream = upstream;
    this.load = load;
    this.upstreamUrl = upstreamUrl;
  }

  static async start(): Promise<Bench> {
    const port = await freePort();
    const upstream = new MeasuredProcess({
      name: 'The upstream',
      module: new URL('upstream/main.ts', import.meta.url),
      env: { PORT: String(port) },
    });
    const load = new MeasuredProcess({
      name: 'The load',
      module: new URL('load/main.ts', import.meta.url),
    });
    await upstream.listening(port);
    return new Bench(upstream, load, `http://127.0.0.1:${port}`);
  }

  /** From now on the upstream takes this long, and counts anew. */
  async begin(latencyMs: number, quota: Quota = NO_QUOTA): Promise<void> {
    await this.upstream.ask({ ask: 'begin', latencyMs, quota });
  }

  /** The upstream's calls since this was asked last. */
  async takeCounts(): Promise<CallCounts> {
    const { counts } = await this.upstream.ask({ ask: 'take' });
    return counts as CallCounts;
  }

  /** Until the upstream is called no more. */
  async quiet(): Promise<void> {
    for (let before = -1, calls = 0; calls !== before;) {
      before = calls;
      await delay(QUIET_MS);
      calls = Number((await this.upstream.ask({ ask: 'calls' }))['calls']);
    }
  }

  async runLoad(job: LoadJob): Promise<LoadResult> {
    return (await this.#ordered('load', job)) as LoadResult;
  }

  async runQuotaLoad(job: QuotaJob): Promise<QuotaResult> {
    return (await this.#ordered('quota', job)) as QuotaResult;
  }

  async #ordered(ask: string, job: object): Promise<unknown> {
    const { result, error } = await this.load.ask({ ask, job });
    if (error !== undefined) throw new Error('The load failed.', { cause: error });
    return result;
  }
}
