import { type Logger, pino } from 'pino';
import { CredentialChecks } from './cache/credential-checks.ts';
import { freshnessOfList, freshnessOfTtl } from './cache/freshness.ts';
import { ByteLru } from './cache/byte-lru.ts';
import type { LookupCounters } from './cache/lookup-counts.ts';
import type { Rejection } from './identity/credential-events.ts';
import type { Config } from './config/config.ts';
import { createSharedSources, dropShared, type SharedSources } from './loading/data-sources.ts';
import type { RedisObserver } from './redis/observer.ts';
import { Replicas } from './redis/replicas.ts';
import type { Clock } from './lib/clock.ts';
import type { Http } from './upstream/http/http.ts';
import type { UpstreamIdentity } from './identity/upstream-identity.ts';
import { unobserved, type UpstreamObserver } from './upstream/observer.ts';
import { UpstreamClient } from './upstream/client.ts';

/** Capacity for lists of interactions, which are kept for seconds. */
const LISTS_MAX_BYTES = 96 * 1024 * 1024;

type SharedServicesConfig = Omit<Config, 'upstream'> & {
  readonly upstream: { readonly apiUrl: string };
  readonly redisTimeoutMs?: number;
};

/** Observers for operators. */
export interface SharedServicesWatch {
  readonly observer?: UpstreamObserver;
  readonly lookups?: LookupCounters | null;
  readonly redis?: RedisObserver;
  /** @default silent */
  readonly log?: Logger;
}

interface SharedServices {
  readonly client: UpstreamClient;
  readonly shared: SharedSources;
  /** LRUs, whose sizes are metrics. */
  readonly kept: { readonly entities: ByteLru; readonly lists: ByteLru };
  /** Connection to the other replicas; null without Redis. */
  readonly replicas: Replicas | null;
}

/**
 * Services that all requests share: the upstream client and the caches of its answers. When an answer accepts or rejects a
 * credential, the data cached for that credential stays usable or is dropped at once.
 *
 * @param closing Aborts, with an `UpstreamError`, when the gateway is shut down.
 * @param watch No observers by default.
 */
export function createSharedServices(
  config: SharedServicesConfig,
  http: Http,
  closing: AbortSignal,
  clock: Clock,
  watch: SharedServicesWatch = {},
): SharedServices {
  const proofMs = config.identityProofSeconds * 1000;
  const checks = new CredentialChecks(proofMs);
  const drop = (identity: UpstreamIdentity, rejection: Rejection) => {
    if (rejection === null) checks.revoked(identity);
    dropShared(shared, identity, rejection ?? undefined);
  };
  const replicas =
    config.redis &&
    new Replicas(
      {
        ...config.redis,
        apiUrl: config.upstream.apiUrl,
        upstreamTimeoutMs: config.upstreamTimeoutMs,
        proofMs,
        longestTtlMs: longestTtlMs(config),
        timeoutMs: config.redisTimeoutMs,
        clock,
        log: watch.log ?? pino({ level: 'silent' }),
        ...(watch.redis && { observer: watch.redis }),
      },
      {
        accepted: (identity, sentMs) => checks.accepted(identity, sentMs),
        rejected(identity, rejection) {
          client.forget(identity, rejection && rejection.permissions);
          drop(identity, rejection);
        },
      },
    );
  const client = new UpstreamClient(http, {
    ...config,
    apiUrl: config.upstream.apiUrl,
    quotaSharing: { ledger: replicas?.ledger ?? null, shareAlone: 1 / config.replicas },
    credentials: {
      accepted(identity, sentMs) {
        checks.accepted(identity, sentMs);
        replicas?.credentialEvents.accepted(identity, sentMs);
      },
      revoked(identity) {
        drop(identity, null);
        replicas?.credentialEvents.rejected(identity, null);
      },
      denied(identity, { resource, permissions }) {
        drop(identity, { resource, permissions });
        replicas?.credentialEvents.rejected(identity, { resource, permissions });
      },
    },
    observer: watch.observer ?? unobserved,
    clock,
    closing,
  });
  const kept = { entities: new ByteLru(config.cacheMaxBytes), lists: new ByteLru(LISTS_MAX_BYTES) };
  const shared = createSharedSources({
    ...kept,
    clock,
    credentialChecks: checks,
    lookups: watch.lookups ?? null,
    proofMs,
    freshnessOf: (ttl, identity) =>
      ttl === 'live'
        ? freshnessOfList(client.quotaOf(identity), config.interactionsWindowMs, config.interactionsMaxAgeMs)
        : freshnessOfTtl(config.cacheMaxBytes === 0 ? 0 : config.ttlSeconds[ttl]),
    listMs: config.interactionsMaxAgeMs,
    read: (maker, work, read) => client.read(maker, work, read),
    batchSize: config.upstreamBatchSize,
    refreshMs: config.requestTimeoutMs,
    replicaStores: replicas?.stores ?? null,
    refreshQuota: (identity) => client.refreshQuota(identity),
  });
  return { client, shared, kept, replicas };
}

function longestTtlMs({ ttlSeconds, interactionsMaxAgeMs }: SharedServicesConfig): number {
  const { freshMs, staleMs } = freshnessOfTtl(Math.max(...Object.values(ttlSeconds)));
  return Math.max(freshMs + staleMs, interactionsMaxAgeMs);
}
