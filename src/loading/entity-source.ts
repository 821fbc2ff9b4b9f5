import type { CredentialChecks } from '../cache/credential-checks.ts';
import { NEGATIVE_TTL_MS } from '../cache/freshness.ts';
import type { LookupCounts } from '../cache/lookup-counts.ts';
import type { Resource } from '../datasources/resource.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { Clock } from '../lib/clock.ts';
import type { RequestScope } from '../upstream/call.ts';
import type { WaitingById } from './batch.ts';
import { InFlightBatches } from './in-flight.ts';
import type { LoadingOptions } from './loading-options.ts';
import type { FoundById } from './read-batch.ts';
import { ReplicaLookup } from './replica-lookup.ts';
import { ResourceCache } from './resource-cache.ts';
import { ResourceFreshness } from './resource-freshness.ts';
import { Revalidation } from './revalidate.ts';

/** Entities of one resource that one identity's requests share: from the cache, from other processes, or from a batch. */
export class EntitySource<Entity, Expand extends string = never> {
  readonly resource: Resource<Entity, Expand>;
  readonly #identity: UpstreamIdentity;
  readonly #clock: Clock;
  readonly #credentialChecks: CredentialChecks;
  readonly #counts: LookupCounts;
  readonly #freshness: ResourceFreshness<Expand>;
  readonly #cache: ResourceCache<Entity, Expand>;
  readonly #inFlight: InFlightBatches<Entity, Expand>;
  readonly #revalidation: Revalidation<Entity, Expand>;
  /** Null without a replica store. */
  readonly #replicaLookup: ReplicaLookup<Entity, Expand> | null;

  constructor(
    resource: Resource<Entity, Expand>,
    scope: string,
    identity: UpstreamIdentity,
    options: LoadingOptions,
  ) {
    const { clock, turns, refreshMs } = options;
    const answers = resource.ttl === 'live' ? options.lists : options.entities;
    const counts = options.lookups.of(resource.resultType);
    const store = options.replicaStores?.of(identity, resource, scope) ?? null;
    const freshness = new ResourceFreshness(resource, identity, options);
    const cache = new ResourceCache({ resource, identity, answers, freshness, store, clock, turns });
    const inFlight = new InFlightBatches(resource, cache, options);
    const revalidation = new Revalidation({ clock, refreshMs, freshness, cache, inFlight, store });
    this.resource = resource;
    this.#identity = identity;
    this.#clock = clock;
    this.#credentialChecks = options.credentialChecks;
    this.#counts = counts;
    this.#freshness = freshness;
    this.#cache = cache;
    this.#inFlight = inFlight;
    this.#revalidation = revalidation;
    this.#replicaLookup =
      store &&
      new ReplicaLookup({ resource, clock, store, freshness, cache, inFlight, revalidation, counts });
  }

  get isIdle(): boolean {
    return this.#cache.isEmpty && this.#inFlight.isEmpty && (this.#replicaLookup?.isIdle ?? true);
  }

  /** Hides what was read, or is being read, from all later lookups and loads. */
  drop(): void {
    this.#cache.clear();
    this.#inFlight.drop();
  }

  /**
   * Lookup of cached entities with at least this `expand`, no older than `maxAgeMs`. Valid for this tick only. Undefined for
   * an id that has to be loaded. Stale entities are revalidated in the background, on behalf of this request. Null instead
   * of a lookup when nothing may be shown.
   */
  lookup(
    requestScope: RequestScope,
    expand: readonly Expand[],
    maxAgeMs = Infinity,
  ): ((id: string) => Entity | null | undefined) | null {
    if (this.#cache.isEmpty) return null;
    const nowMs = this.#clock.now();
    if (!this.#credentialChecks.isFresh(this.#identity, nowMs)) return null;
    const { freshMs, staleMs } = this.#freshness.of(expand);
    const usableMs = Math.min(freshMs + staleMs, maxAgeMs);
    return (id) => {
      const kept = this.#cache.get(id, expand);
      if (kept === undefined) return undefined;
      const ageMs = nowMs - kept.readAtMs;
      if (ageMs >= usableMs) return undefined;
      const entity = kept.use(id);
      if (entity === null && ageMs >= NEGATIVE_TTL_MS) return undefined;
      const isStale = ageMs >= freshMs;
      if (isStale) this.#revalidation.soon(requestScope, id, expand, nowMs);
      this.#counts[isStale ? 'stale' : 'fresh'] += 1;
      requestScope.usage.kept(this.resource.resultType, ageMs);
      return entity;
    };
  }

  /**
   * Results of the ids: from the replica store when it is available, or from a batch, joined when one already asks for it.
   * An id missing from the map is unknown to the upstream. Rejects only for defects of the gateway.
   */
  load(
    requestScope: RequestScope,
    ids: readonly string[],
    expand: readonly Expand[],
    waiting: WaitingById,
    maxAgeMs = Infinity,
  ): Promise<FoundById<Entity>> {
    if (this.#replicaLookup?.isAvailable === true && this.#freshness.longestMs(expand) > 0) {
      return this.#replicaLookup.load(requestScope, ids, expand, waiting, maxAgeMs);
    }
    this.#counts.missing += ids.length;
    return this.#inFlight.load(requestScope, ids, expand, waiting);
  }
}
