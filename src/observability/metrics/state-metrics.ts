import { Counter, Gauge, type Registry } from 'prom-client';
import type { AnswerAccount } from '../../answers/answer-account.ts';
import type { LookupCounters } from '../../cache/lookup-counts.ts';
import type { RequestRecorder } from '../requests/recorder.ts';
import type { UpstreamClient } from '../../upstream/client.ts';

/** Parts of the gateway whose state is read at each scrape. */
export interface Watched {
  readonly client: Pick<UpstreamClient, 'figures'>;
  /** Caches that are kept between requests. */
  readonly kept: { readonly entities: Sized; readonly lists: Sized };
  readonly lookups: LookupCounters;
  readonly requests: Pick<RequestRecorder, 'underWay'>;
  readonly answers: Pick<AnswerAccount, 'bytes' | 'waiting' | 'refused'>;
}

interface Sized {
  readonly bytes: number;
}

/** Metrics of the current state of caches, quotas and circuits, over all identities. */
export class StateMetrics {
  readonly #watched: Watched;
  readonly #lookups: Counter<'type' | 'result'>;
  readonly #inFlight: Gauge;
  readonly #answerBytes: Gauge;
  readonly #answersWaiting: Gauge;
  readonly #answersRefused: Counter;
  readonly #bytes: Gauge<'kind'>;
  readonly #left: Gauge;
  readonly #identities: Gauge;
  readonly #waiting: Gauge;
  readonly #connections: Gauge;
  readonly #connectionsWaiting: Gauge;
  readonly #circuits: Gauge<'resource' | 'state'>;

  constructor(registry: Registry, watched: Watched) {
    this.#watched = watched;
    const registers = [registry];
    this.#lookups = new Counter({
      name: 'gateway_cache_lookups_total',
      help: 'Entities and lists that requests needed, by GraphQL type and result: hit, stale (served while a new read runs), shared (from another process) or miss (read).',
      labelNames: ['type', 'result'],
      registers,
    });
    this.#inFlight = new Gauge({
      name: 'gateway_requests_in_flight',
      help: 'Requests that are not answered yet.',
      registers,
    });
    this.#answerBytes = new Gauge({
      name: 'gateway_answer_bytes_in_flight',
      help: 'Approximate memory reserved for answers in flight (being made, or not yet read), in bytes.',
      registers,
    });
    this.#answersWaiting = new Gauge({
      name: 'gateway_answers_waiting',
      help: 'Answers that wait because those in flight take all memory for answers.',
      registers,
    });
    this.#answersRefused = new Counter({
      name: 'gateway_answers_refused_total',
      help: 'Answers that were refused, or ended, because those in flight took all memory for answers.',
      registers,
    });
    this.#bytes = new Gauge({
      name: 'gateway_cache_bytes',
      help: 'Approximate memory of the caches, in bytes, by kind: entities, or lists of interactions.',
      labelNames: ['kind'],
      registers,
    });
    this.#left = new Gauge({
      name: 'gateway_quota_left_calls',
      help: 'Calls that the upstream still allows in the running window, for the credential with the fewest; absent while unknown.',
      registers,
    });
    this.#identities = new Gauge({
      name: 'gateway_quota_identities',
      help: 'Credentials whose calls are counted.',
      registers,
    });
    this.#waiting = new Gauge({
      name: 'gateway_quota_waiting_calls',
      help: 'Calls that wait for their turn in the quota.',
      registers,
    });
    this.#connections = new Gauge({
      name: 'gateway_upstream_connections_in_use',
      help: 'Connections to the upstream that calls use.',
      registers,
    });
    this.#connectionsWaiting = new Gauge({
      name: 'gateway_upstream_connections_waiting_calls',
      help: 'Calls that wait for a connection to the upstream, at UPSTREAM_CONNECTIONS.',
      registers,
    });
    this.#circuits = new Gauge({
      name: 'gateway_upstream_circuits',
      help: 'Circuits that stop calls, each of one credential, by resource and state: open, or half_open (one trial call is allowed).',
      labelNames: ['resource', 'state'],
      registers,
    });
  }

  /** Reads the state again. */
  refresh(): void {
    const { client, kept, lookups, requests, answers } = this.#watched;
    this.#inFlight.set(requests.underWay);
    this.#answerBytes.set(answers.bytes);
    this.#answersWaiting.set(answers.waiting);
    this.#answersRefused.reset();
    this.#answersRefused.inc(answers.refused);
    // Lookups are counted in plain numbers where they happen, because one screen makes hundreds of them.
    this.#lookups.reset();
    for (const [type, { fresh, stale, replicated, missing }] of lookups.entries()) {
      this.#lookups.inc({ type, result: 'hit' }, fresh);
      this.#lookups.inc({ type, result: 'stale' }, stale);
      this.#lookups.inc({ type, result: 'shared' }, replicated);
      this.#lookups.inc({ type, result: 'miss' }, missing);
    }
    this.#bytes.set({ kind: 'entities' }, kept.entities.bytes);
    this.#bytes.set({ kind: 'lists' }, kept.lists.bytes);

    const { quota, circuits, connections } = client.figures();
    this.#connections.set(connections.used);
    this.#connectionsWaiting.set(connections.waiting);
    if (quota.leastLeft === null) this.#left.remove();
    else this.#left.set(quota.leastLeft);
    this.#identities.set(quota.identities);
    this.#waiting.set(quota.waiting);
    // Circuits of identities that were forgotten count as closed.
    this.#circuits.reset();
    for (const [resource, { open, halfOpen }] of circuits) {
      this.#circuits.set({ resource, state: 'open' }, open);
      this.#circuits.set({ resource, state: 'half_open' }, halfOpen);
    }
  }
}
