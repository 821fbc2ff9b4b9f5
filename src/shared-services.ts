import { type Logger, pino } from 'pino';
import { CredentialChecks } from './cache/credential-checks.ts';
import { freshnessOfList, freshnessOfTtl } from './cache/freshness.ts';
import { ByteLru } from './cache/byte-lru.ts';
import { LookupCounters } from './cache/lookup-counts.ts';
import { CredentialEvents } from './identity/credential-events.ts';
import type { CacheConfig, LoadingConfig, RedisConfig, UpstreamConfig } from './config/slices.ts';
import { type Registry, resources } from './datasources/index.ts';
import { ttlsOf } from './config/ttls.ts';
import { BatchSizes } from './loading/batch-sizes.ts';
import { createSharedSources, type SharedSources } from './loading/data-sources.ts';
import type { RedisObserver } from './redis/observer.ts';
import { Replicas } from './redis/replicas.ts';
import type { Clock } from './lib/clock.ts';
import type { Turns } from './lib/turns.ts';
import type { Transport } from './upstream/http/transport.ts';
import type { RefusalObserver } from './upstream/send.ts';
import { unobserved, type UpstreamObserver } from './upstream/observer.ts';
import { UpstreamClient } from './upstream/client.ts';

export interface SharedServicesOptions {
  /** Base of the REST API, such as `https://api.mypurecloud.ie`. */
  readonly apiUrl: string;
  readonly upstream: Pick<
    UpstreamConfig,
    'timeoutMs' | 'concurrency' | 'connections' | 'replicas' | 'callerShares'
  >;
  readonly loading: LoadingConfig;
  readonly cache: CacheConfig;
  /** Null without Redis. */
  readonly redis: (RedisConfig & { readonly timeoutMs?: number | undefined }) | null;
  readonly requestTimeoutMs: number;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Turns of the event loop, shared with all other long work of the process. */
  readonly turns: Turns;
  /** Aborts, with an `UpstreamError`, when the gateway is shut down. */
  readonly closing: AbortSignal;
  /** Resources that can be read. @default all of `datasources/index.ts` */
  readonly registry?: Registry;
  /** @default silent */
  readonly log?: Logger;
  /** Called for refusals that are none of the call or its credential. */
  readonly onRefusal?: RefusalObserver;
  /** Observers for operators. */
  readonly observers?: {
    readonly upstream?: UpstreamObserver;
    readonly lookups?: LookupCounters;
    readonly redis?: RedisObserver;
  };
}

interface SharedServices {
  readonly client: UpstreamClient;
  readonly shared: SharedSources;
  /** LRUs, whose sizes are metrics. */
  readonly kept: { readonly entities: ByteLru; readonly lists: ByteLru };
  /** Connection to the other replicas; null without Redis. */
  readonly replicas: Replicas | null;
  readonly credentialEvents: CredentialEvents;
}

/**
 * Services that all requests share: the upstream client and the caches of its answers. When an answer accepts or rejects a
 * credential, the data cached for that credential stays usable or is dropped at once.
 */
export function createSharedServices(options: SharedServicesOptions): SharedServices {
  const { apiUrl, upstream, loading, cache, redis, requestTimeoutMs } = options;
  const { transport, clock, turns, closing, log = pino({ level: 'silent' }), observers = {} } = options;
  const { registry = resources } = options;
  const proofMs = cache.identityProofSeconds * 1000;
  const checks = new CredentialChecks(clock, proofMs);
  const credentialEvents = new CredentialEvents();
  const ttlSeconds: ReadonlyMap<string, number> = new Map(
    Object.entries({ ...ttlsOf(registry), ...cache.ttlSeconds }),
  );
  const replicas =
    redis &&
    new Replicas(
      {
        url: redis.url,
        pepper: redis.pepper,
        timeoutMs: redis.timeoutMs,
        apiUrl,
        upstreamTimeoutMs: upstream.timeoutMs,
        proofMs,
        longestTtlMs: longestTtlMs(ttlSeconds, loading),
        clock,
        log,
        ...(observers.redis && { observer: observers.redis }),
      },
      credentialEvents,
    );
  const client = new UpstreamClient(transport, {
    onRefusal: options.onRefusal,
    apiUrl,
    upstreamTimeoutMs: upstream.timeoutMs,
    upstreamConcurrency: upstream.concurrency,
    upstreamConnections: upstream.connections,
    quotaSharing: {
      ledger: replicas?.ledger ?? null,
      shareAlone: 1 / upstream.replicas,
      callers: upstream.callerShares,
    },
    identityProofSeconds: cache.identityProofSeconds,
    credentialEvents,
    observer: observers.upstream ?? unobserved,
    clock,
    turns,
    closing,
  });
  const kept = {
    entities: new ByteLru(clock, cache.maxBytes),
    lists: new ByteLru(clock, cache.maxListBytes),
  };
  const shared = createSharedSources(
    {
      entities: kept.entities,
      lists: kept.lists,
      clock,
      turns,
      credentialChecks: checks,
      lookups: observers.lookups ?? new LookupCounters(),
      proofMs,
      freshnessOf: (ttl, identity, resource) =>
        ttl === 'live'
          ? freshnessOfList(
              client.isHeld(identity, resource) ? 'none' : client.usableQuotaOf(identity),
              loading.interactionsWindowMs,
              loading.interactionsMaxAgeMs,
            )
          : freshnessOfTtl(cache.maxBytes === 0 ? 0 : (ttlSeconds.get(ttl.name) ?? ttl.seconds)),
      listMs: loading.interactionsMaxAgeMs,
      read: (maker, work, read) => client.read(maker, work, read),
      foundUnknown:
        upstream.callerShares && ((identity, caller, share) => client.foundUnknown(identity, caller, share)),
      batchSize: loading.batchSize,
      batchSizes: new BatchSizes(clock, log),
      refreshMs: requestTimeoutMs,
      replicaStores: replicas?.stores ?? null,
      refreshQuota: (identity) => client.refreshQuota(identity),
    },
    registry,
  );
  // The client has subscribed before, for its reads under way.
  credentialEvents.subscribe(checks);
  credentialEvents.subscribe({
    revoked: (identity) => shared.drop(identity),
    denied: (identity, denial) => shared.drop(identity, denial),
  });
  if (replicas !== null) credentialEvents.subscribe(replicas.credentialStatus);
  return { client, shared, kept, replicas, credentialEvents };
}

function longestTtlMs(
  ttlSeconds: ReadonlyMap<string, number>,
  { interactionsMaxAgeMs }: LoadingConfig,
): number {
  const { freshMs, staleMs } = freshnessOfTtl(Math.max(...ttlSeconds.values()));
  return Math.max(freshMs + staleMs, interactionsMaxAgeMs);
}
