import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../scripts/free-port.ts';
import type { LoadMessage } from './load/main.ts';
import type { LoadJob, LoadResult } from './load/run-load.ts';
import type { QuotaJob, QuotaResult } from './load/run-quota-load.ts';
import { MeasuredProcess } from './processes/measured-process.ts';
import type { CallCounts, Quota } from './upstream/call-log.ts';
import type { UpstreamMessage } from './upstream/main.ts';

/** Quota that is never reached. */
const NO_QUOTA: Quota = { allowed: 1_000_000_000, windowSeconds: 60 };
const QUIET_MS = 250;
/** CPU time per `QUIET_MS` of a process that only cleans up now and then. */
const IDLE_CPU_MS = 25;
const MAX_TRIES = 120;

/** Processes beside the contenders during a run: the upstream and the load. */
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

  /** Sets latency and quota of the upstream, and resets its counts. */
  async begin(latencyMs: number, quota: Quota = NO_QUOTA): Promise<void> {
    await this.#askUpstream({ ask: 'begin', latencyMs, quota });
  }

  /** Counts of the upstream since they were last taken or reset. */
  async takeCounts(): Promise<CallCounts> {
    const { counts } = await this.#askUpstream({ ask: 'take' });
    return counts as CallCounts;
  }

  /** Resolves when a contender makes no calls and is idle. Rejects after 30 s. */
  async quiet(contender: MeasuredProcess): Promise<void> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const before = await this.#activity(contender);
      await delay(QUIET_MS);
      const after = await this.#activity(contender);
      if (after.calls === before.calls && after.cpuMs - before.cpuMs < IDLE_CPU_MS) return;
    }
    throw new Error(
      `${contender.name} is still at work ${(MAX_TRIES * QUIET_MS) / 1000} s after its last request.`,
    );
  }

  async runLoad(job: LoadJob): Promise<LoadResult> {
    return (await this.#askLoad({ ask: 'load', job })) as LoadResult;
  }

  async runQuotaLoad(job: QuotaJob): Promise<QuotaResult> {
    return (await this.#askLoad({ ask: 'quota', job })) as QuotaResult;
  }

  async #activity(contender: MeasuredProcess): Promise<{ calls: number; cpuMs: number }> {
    const { calls } = await this.#askUpstream({ ask: 'calls' });
    const { cpuMs } = await contender.usage();
    return { calls: Number(calls), cpuMs };
  }

  #askUpstream(message: UpstreamMessage): Promise<Record<string, unknown>> {
    return this.upstream.ask(message);
  }

  async #askLoad(message: LoadMessage): Promise<unknown> {
    const { result, error } = await this.load.ask(message);
    if (error !== undefined) throw new Error('The load failed.', { cause: error });
    return result;
  }
}
