import { Counter, Histogram, type Registry } from 'prom-client';
import type { CallOutcome, UpstreamObserver, WithholdingReason } from '../../upstream/observer.ts';

/** Label children of one resource, looked up once. */
interface OfResource {
  readonly duration: Histogram.Internal<'resource'>;
  readonly ids: Histogram.Internal<'resource'>;
  readonly retries: Counter.Internal;
  readonly byOutcome: Map<CallOutcome, Counter.Internal>;
  readonly byReason: Map<WithholdingReason, Counter.Internal>;
}

/** Metrics of upstream calls and of their waits for the quota. */
export class UpstreamMetrics implements UpstreamObserver {
  readonly #calls: Counter<'resource' | 'outcome'>;
  readonly #withheld: Counter<'resource' | 'reason'>;
  readonly #retries: Counter<'resource'>;
  readonly #durations: Histogram<'resource'>;
  readonly #ids: Histogram<'resource'>;
  readonly #waits: Histogram;
  readonly #resources = new Map<string, OfResource>();

  constructor(registry: Registry) {
    const registers = [registry];
    this.#calls = new Counter({
      name: 'gateway_upstream_calls_total',
      help: 'Calls sent to the upstream, retries included, by resource and outcome; given_up: no request waited for the answer any more.',
      labelNames: ['resource', 'outcome'],
      registers,
    });
    this.#withheld = new Counter({
      name: 'gateway_upstream_withheld_calls_total',
      help: 'Calls that were not sent, by resource and reason: the quota or the share of the caller leaves none in time, too many wait for connections, the circuit is open, or the budget of the request is spent.',
      labelNames: ['resource', 'reason'],
      registers,
    });
    this.#retries = new Counter({
      name: 'gateway_upstream_retries_total',
      help: 'Calls that were retried after a transient failure, by resource.',
      labelNames: ['resource'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'gateway_upstream_call_duration_seconds',
      help: 'Time from sending a call until its answer has been read, in seconds, by resource; without its wait for the quota.',
      labelNames: ['resource'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    this.#ids = new Histogram({
      name: 'gateway_upstream_call_ids',
      help: 'Ids that a call asks for, by resource.',
      labelNames: ['resource'],
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
      registers,
    });
    this.#waits = new Histogram({
      name: 'gateway_quota_wait_seconds',
      help: 'Time that calls waited for their turn in the quota, in seconds.',
      buckets: [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
  }

  called(resource: string, outcome: CallOutcome, ids: number, ms: number): void {
    const ofResource = this.#of(resource);
    let count = ofResource.byOutcome.get(outcome);
    if (count === undefined) {
      count = this.#calls.labels(resource, outcome);
      ofResource.byOutcome.set(outcome, count);
    }
    count.inc();
    ofResource.duration.observe(ms / 1000);
    ofResource.ids.observe(ids);
  }

  withheld(resource: string, reason: WithholdingReason): void {
    const { byReason } = this.#of(resource);
    let count = byReason.get(reason);
    if (count === undefined) {
      count = this.#withheld.labels(resource, reason);
      byReason.set(reason, count);
    }
    count.inc();
  }

  retried(resource: string): void {
    this.#of(resource).retries.inc();
  }

  waited(ms: number): void {
    this.#waits.observe(ms / 1000);
  }

  #of(resource: string): OfResource {
    let ofResource = this.#resources.get(resource);
    if (ofResource === undefined) {
      ofResource = {
        duration: this.#durations.labels(resource),
        ids: this.#ids.labels(resource),
        retries: this.#retries.labels(resource),
        byOutcome: new Map(),
        byReason: new Map(),
      };
      this.#resources.set(resource, ofResource);
    }
    return ofResource;
  }
}
