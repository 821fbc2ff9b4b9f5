import { type Logger, pino } from 'pino';
import { CredentialChecks } from './cache/credential-checks.ts';
import { interactionsWindowMs } from './cache/list-freshness.ts';
import { ByteLru } from './cache/byte-lru.ts';
import type { LookupCounters } from './cache/lookup-counts.ts';
import type { Rejection } from './identity/credential-events.ts';
import type { Config } from './config/config.ts';
import { createSharedSources, dropShared, type SharedSources } from './loading/data-sources.ts';
import type { LoadingOptions } from './loading/loading-options.ts';
import type { RedisObserver } from './redis/observer.ts';
import { Replicas } from './redis/replicas.ts';
import type { Http } from './upstream/http/http.ts';
import type { UpstreamIdentity } from './identity/upstream-identity.ts';
import { unobserved, type UpstreamObserver } from './upstream/observer.ts';
import { UpstreamClient } from './upstream/client.ts';

/** For lists of interactions, which are kept for seconds. */
const LISTS_MAX_BYTES = 96 * 1024 * 1024;

type SharedServicesConfig = Omit<Config, 'upstream'> & {
  readonly upstream: { readonly apiUrl: string };
  readonly redisTimeoutMs?: number;
};

/** What those who run the gateway want to know of it. */
export interface SharedServicesWatch {
  readonly observer?: UpstreamObserver;
  readonly lookups?: LookupCounters | null;
  readonly redis?: RedisObserver;
  /** @default nowhere */
  readonly log?: Logger;
}

interface SharedServices {
  readonly client: UpstreamClient;
  readonly shared: SharedSources;
  /** What is kept, to be asked how much that is. */
  readonly kept: { readonly entities: ByteLru; readonly lists: ByteLru };
  /** Other processes; null where this one is by itself. */
  readonly replicas: Replicas | null;
}

/**
 * What all requests share: the client that calls the upstream, and what is kept of its answers. What the upstream says of a
 * credential with any answer decides at once over what is kept with that credential.
 *
 * @param closing Aborts, with an `UpstreamError`, when the gateway is shut down.
 * @param watch By default nobody watches.
 */
export function createSharedServices(
  config: SharedServicesConfig,
  http: Http,
  closing: AbortSignal,
  watch: SharedServicesWatch = {},
): SharedServices {
  const proofMs = config.identityProofSeconds * 1000;
  const checks = new CredentialChecks(proofMs);
  const refused = (identity: UpstreamIdentity, refusal: Rejection) => {
    if (refusal === null) checks.revoked(identity);
    dropShared(shared, identity, refusal ?? undefined);
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
        log: watch.log ?? pino({ level: 'silent' }),
        ...(watch.redis && { observer: watch.redis }),
      },
      {
        accepted: (identity, sentMs) => checks.accepted(identity, sentMs),
        refused(identity, refusal) {
          client.forget(identity, refusal && refusal.permissions);
          refused(identity, refusal);
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
        refused(identity, null);
        replicas?.credentialEvents.rejected(identity, null);
      },
      denied(identity, { resource, permissions }) {
        refused(identity, { resource, permissions });
        replicas?.credentialEvents.rejected(identity, { resource, permissions });
      },
    },
    observer: watch.observer ?? unobserved,
    closing,
  });
  const kept = {
    entities: new ByteLru(config.cacheMaxBytes),
    lists: new ByteLru(LISTS_MAX_BYTES),
  };
  const shared = createSharedSources({
    ...kept,
    credentialChecks: checks,
    lookups: watch.lookups ?? null,
    proofMs,
    freshnessOf: (ttl, identity) =>
      ttl === 'live'
        ? listFreshness(config, client, identity)
        : freshness(config.cacheMaxBytes === 0 ? 0 : config.ttlSeconds[ttl]),
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
  const { freshMs, staleMs } = freshness(Math.max(...Object.values(ttlSeconds)));
  return Math.max(freshMs + staleMs, interactionsMaxAgeMs);
}

type FreshnessOfKind = ReturnType<LoadingOptions['freshnessOf']>;

/** For as long again it may be shown while it is asked for anew. */
function freshness(seconds: number): FreshnessOfKind {
  return { freshMs: seconds * 1000, staleMs: seconds * 1000 };
}

function listFreshness(
  { interactionsWindowMs: wantedMs, interactionsMaxAgeMs }: SharedServicesConfig,
  client: UpstreamClient,
  identity: UpstreamIdentity,
): FreshnessOfKind {
  const freshMs = interactionsWindowMs(client.quotaOf(identity), wantedMs, interactionsMaxAgeMs);
  return { freshMs, staleMs: 0 };
}
