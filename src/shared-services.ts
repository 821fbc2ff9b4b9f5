import { type Logger, pino } from 'pino';
import { IdentityProofs } from './cache/credential-checks.ts';
import { interactionsWindowMs } from './cache/list-freshness.ts';
import { KeptAnswers } from './cache/byte-lru.ts';
import type { Lookups } from './cache/lookup-counts.ts';
import type { Refusal } from './identity/credential-events.ts';
import type { Config } from './config/config.ts';
import { createSharedSources, dropShared, type SharedSources } from './loading/data-sources.ts';
import type { SharingMeans } from './loading/loading-options.ts';
import type { RedisObserver } from './redis/observer.ts';
import { Replicas } from './redis/replicas.ts';
import type { Http } from './upstream/http/http.ts';
import type { UpstreamIdentity } from './identity/upstream-identity.ts';
import { unobserved, type UpstreamObserver } from './upstream/observer.ts';
import { UpstreamClient } from './upstream/client.ts';

/** For lists of interactions, which are kept for seconds. */
const LISTS_MAX_BYTES = 96 * 1024 * 1024;

type SharingConfig = Omit<Config, 'upstream'> & {
  readonly upstream: { readonly apiUrl: string };
  readonly redisTimeoutMs?: number;
};

/** What those who run the gateway want to know of it. */
export interface SharingWatch {
  readonly observer?: UpstreamObserver;
  readonly lookups?: Lookups | null;
  readonly redis?: RedisObserver;
  /** @default nowhere */
  readonly log?: Logger;
}

interface Shared {
  readonly client: UpstreamClient;
  readonly shared: SharedSources;
  /** What is kept, to be asked how much that is. */
  readonly kept: { readonly entities: KeptAnswers; readonly lists: KeptAnswers };
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
export function sharing(
  config: SharingConfig,
  http: Http,
  closing: AbortSignal,
  watch: SharingWatch = {},
): Shared {
  const proofMs = config.identityProofSeconds * 1000;
  const proofs = new IdentityProofs(proofMs);
  const refused = (identity: UpstreamIdentity, refusal: Refusal) => {
    if (refusal === null) proofs.revoked(identity);
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
        longestLifeMs: longestLifeMs(config),
        timeoutMs: config.redisTimeoutMs,
        log: watch.log ?? pino({ level: 'silent' }),
        ...(watch.redis && { observer: watch.redis }),
      },
      {
        accepted: (identity, sentMs) => proofs.accepted(identity, sentMs),
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
    standing: {
      accepted(identity, sentMs) {
        proofs.accepted(identity, sentMs);
        replicas?.news.accepted(identity, sentMs);
      },
      revoked(identity) {
        refused(identity, null);
        replicas?.news.refused(identity, null);
      },
      denied(identity, { resource, permissions }) {
        refused(identity, { resource, permissions });
        replicas?.news.refused(identity, { resource, permissions });
      },
    },
    observer: watch.observer ?? unobserved,
    closing,
  });
  const kept = {
    entities: new KeptAnswers(config.cacheMaxBytes),
    lists: new KeptAnswers(LISTS_MAX_BYTES),
  };
  const shared = createSharedSources({
    ...kept,
    proofs,
    lookups: watch.lookups ?? null,
    proofMs,
    freshnessOf: (lifetime, identity) =>
      lifetime === 'live'
        ? listFreshness(config, client, identity)
        : freshness(config.cacheMaxBytes === 0 ? 0 : config.lifetimeSeconds[lifetime]),
    listMs: config.interactionsMaxAgeMs,
    read: (maker, work, read) => client.read(maker, work, read),
    batchSize: config.upstreamBatchSize,
    refreshMs: config.requestTimeoutMs,
    secondLevel: replicas?.secondLevel ?? null,
    refreshQuota: (identity) => client.refreshQuota(identity),
  });
  return { client, shared, kept, replicas };
}

function longestLifeMs({ lifetimeSeconds, interactionsMaxAgeMs }: SharingConfig): number {
  const { freshMs, staleMs } = freshness(Math.max(...Object.values(lifetimeSeconds)));
  return Math.max(freshMs + staleMs, interactionsMaxAgeMs);
}

type Freshness = ReturnType<SharingMeans['freshnessOf']>;

/** For as long again it may be shown while it is asked for anew. */
function freshness(seconds: number): Freshness {
  return { freshMs: seconds * 1000, staleMs: seconds * 1000 };
}

function listFreshness(
  { interactionsWindowMs: wantedMs, interactionsMaxAgeMs }: SharingConfig,
  client: UpstreamClient,
  identity: UpstreamIdentity,
): Freshness {
  const freshMs = interactionsWindowMs(client.quotaOf(identity), wantedMs, interactionsMaxAgeMs);
  return { freshMs, staleMs: 0 };
}
