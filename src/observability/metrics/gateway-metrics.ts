import { collectDefaultMetrics, Counter, Registry } from 'prom-client';
import { LookupCounters } from '../../cache/lookup-counts.ts';
import type { RedisObserver } from '../../redis/observer.ts';
import type { RequestObserver } from '../requests/recorder.ts';
import type { UpstreamObserver } from '../../upstream/observer.ts';
import { RedisMetrics } from './redis-metrics.ts';
import { requestMetrics } from './request-metrics.ts';
import { StateMetrics, type Watched } from './state-metrics.ts';
import { UpstreamMetrics } from './upstream-metrics.ts';

export interface GatewayMetricsOptions {
  /** Names of operations that requests are counted under. @default the first 50 that are answered without errors */
  readonly trustedOperations?: ReadonlySet<string> | undefined;
}

/** The metrics of one gateway, in a registry of its own. */
export class GatewayMetrics {
  readonly #registry = new Registry();
  readonly #unhandledRejections: Counter;
  readonly #logLinesDropped: Counter;
  #state: StateMetrics | undefined;
  #watchesProcess = false;
  /** To be told of requests. */
  readonly onRequest: RequestObserver;
  /** To be told of upstream calls. */
  readonly upstream: UpstreamObserver;
  /** To be told of Redis, where there is one. */
  readonly redis: RedisObserver;
  /** To be told of what is looked for among what is kept. */
  readonly lookups = new LookupCounters();

  constructor({ trustedOperations }: GatewayMetricsOptions = {}) {
    this.onRequest = requestMetrics(this.#registry, trustedOperations);
    this.upstream = new UpstreamMetrics(this.#registry);
    this.redis = new RedisMetrics(this.#registry);
    this.#unhandledRejections = new Counter({
      name: 'gateway_unhandled_rejections_total',
      help: 'Promises that were rejected without anybody hearing of it: defects of the gateway.',
      registers: [this.#registry],
    });
    this.#logLinesDropped = new Counter({
      name: 'gateway_log_lines_dropped_total',
      help: 'Lines of the log that were dropped because they could not be written: disk full, or stdout closed or not read.',
      registers: [this.#registry],
    });
  }

  /** From now on these are asked, too, how things stand. */
  watch(watched: Omit<Watched, 'lookups'>): void {
    this.#state = new StateMetrics(this.#registry, { ...watched, lookups: this.lookups });
  }

  /**
   * From now on the process is watched, too: CPU, memory, garbage collection, delay of the event loop. That cannot be ended, and
   * is for the edge of the process to ask for.
   */
  watchProcess(): void {
    if (this.#watchesProcess) return;
    this.#watchesProcess = true;
    collectDefaultMetrics({ register: this.#registry });
  }

  /** A promise was rejected without anybody hearing of it. */
  unhandledRejection(): void {
    this.#unhandledRejections.inc();
  }

  /** So many lines of the log were dropped. */
  logLinesDropped(lines: number): void {
    this.#logLinesDropped.inc(lines);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All of it in Prometheus' text format. */
  text(): Promise<string> {
    this.#state?.refresh();
    return this.#registry.metrics();
  }
}
