import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { LookupCounters } from '../../cache/lookup-counts.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import type { RedisObserver } from '../../redis/observer.ts';
import type { RequestObserver } from '../requests/recorder.ts';
import type { UpstreamObserver } from '../../upstream/observer.ts';
import { RedisMetrics } from './redis-metrics.ts';
import { requestMetrics } from './request-metrics.ts';
import { StateMetrics, type Watched } from './state-metrics.ts';
import { UpstreamMetrics } from './upstream-metrics.ts';

export interface GatewayMetricsOptions {
  /** Operation names that become labels. @default the 50 that are used most for data */
  readonly trustedOperations?: ReadonlySet<string> | undefined;
  /** @default the clock of the machine */
  readonly clock?: Clock;
}

/** The metrics of one gateway, in a registry of its own. */
export class GatewayMetrics {
  readonly #registry = new Registry();
  readonly #unhandledRejections: Counter;
  readonly #logLinesDropped: Counter;
  readonly #answersUnread: Counter;
  readonly #connectionsTurnedAway: Counter<'how'>;
  readonly #requestsRefused: Counter;
  #state: StateMetrics | undefined;
  #watchesProcess = false;
  readonly onRequest: RequestObserver;
  readonly upstream: UpstreamObserver;
  /** Unused when the gateway has no Redis. */
  readonly redis: RedisObserver;
  /** Counts of lookups in the caches. */
  readonly lookups = new LookupCounters();

  constructor({ trustedOperations, clock = systemClock }: GatewayMetricsOptions = {}) {
    this.onRequest = requestMetrics(this.#registry, clock, trustedOperations);
    this.upstream = new UpstreamMetrics(this.#registry);
    this.redis = new RedisMetrics(this.#registry);
    this.#unhandledRejections = new Counter({
      name: 'gateway_unhandled_rejections_total',
      help: 'Promise rejections that were not handled: defects of the gateway.',
      registers: [this.#registry],
    });
    this.#answersUnread = new Counter({
      name: 'gateway_answers_unread_total',
      help: 'Answers that were cut off because their clients did not read them within SEND_TIMEOUT_MS.',
      registers: [this.#registry],
    });
    this.#connectionsTurnedAway = new Counter({
      name: 'gateway_connections_turned_away_total',
      help: 'Connections of clients that were closed at MAX_CONNECTIONS: evicted (idle) or refused (with 503).',
      labelNames: ['how'],
      registers: [this.#registry],
    });
    this.#requestsRefused = new Counter({
      name: 'gateway_requests_refused_total',
      help: 'Requests that were refused, or ended because their bodies came slowly, at MAX_REQUESTS_IN_FLIGHT.',
      registers: [this.#registry],
    });
    this.#logLinesDropped = new Counter({
      name: 'gateway_log_lines_dropped_total',
      help: 'Lines of the log that were dropped because they could not be written: disk full, or stdout closed or not read.',
      registers: [this.#registry],
    });
  }

  /** Adds metrics of the gateway's state, which are read at each scrape. */
  watch(watched: Omit<Watched, 'lookups'>): void {
    this.#state = new StateMetrics(this.#registry, { ...watched, lookups: this.lookups });
  }

  /**
   * Adds metrics of the process: CPU, memory, garbage collection, delay of the event loop. Their collection cannot be
   * stopped, so only code that owns the process should call this.
   */
  watchProcess(): void {
    if (this.#watchesProcess) return;
    this.#watchesProcess = true;
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Counts a promise rejection that nothing handled. */
  unhandledRejection(): void {
    this.#unhandledRejections.inc();
  }

  /** Counts an answer that was cut off because its client did not read it in time. */
  answerUnread(): void {
    this.#answersUnread.inc();
  }

  connectionTurnedAway(how: 'evicted' | 'refused'): void {
    this.#connectionsTurnedAway.inc({ how });
  }

  requestRefused(): void {
    this.#requestsRefused.inc();
  }

  /** Adds a gauge of the open connections of clients. */
  watchConnections(open: () => number): void {
    const gauge: Gauge = new Gauge({
      name: 'gateway_connections',
      help: 'Open connections of clients.',
      registers: [this.#registry],
      collect() {
        gauge.set(open());
      },
    });
  }

  logLinesDropped(lines: number): void {
    this.#logLinesDropped.inc(lines);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics in Prometheus' text format. */
  text(): Promise<string> {
    this.#state?.refresh();
    return this.#registry.metrics();
  }
}
