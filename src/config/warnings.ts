import { isLoopback } from '../lib/loopback.ts';
import type { GivenSettings } from './given.ts';
import { type Environment, settingNames } from './settings.ts';
import type { Config } from './slices.ts';

/** Seconds that Kubernetes waits for a container to end, unless it is told otherwise. */
const KUBERNETES_GRACE_SECONDS = 30;
/** Seconds that common balancers keep an idle connection. */
const BALANCER_SECONDS = 60;

/** What of a configuration works and is probably not meant, as sentences that say what happens and what to do. */
export function warningsOf(
  config: Config,
  { isSet, nameOf, replaced }: GivenSettings,
  env: Environment,
): string[] {
  const { server, upstream, cache, operations, auth, redis } = config;
  const isOwnCredential = upstream.target !== null && upstream.target.credentials.mode !== 'passThrough';
  const isReachable = !isLoopback(server.host);
  const warnings: (string | false)[] = [
    ...replaced.map(
      ({ name, by }) => `${name} of the file is not used: ${by} of the environment replaces it.`,
    ),
    redis !== null &&
      !isSet('REPLICAS') &&
      `${nameOf('REDIS_URL')} is set without ${nameOf('REPLICAS')}: while Redis is away, each replica spends the whole quota. Set it to the number of replicas.`,
    redis === null &&
      upstream.replicas > 1 &&
      `${nameOf('REPLICAS')} is ${upstream.replicas} without ${nameOf('REDIS_URL')}: each replica spends a fixed part of the quota, also while the others are idle. Redis lets them share it.`,
    isSet('AUTH_NONE') &&
      isOwnCredential &&
      isReachable &&
      `${nameOf('AUTH_NONE')} is set, and ${nameOf('HOST')} is ${server.host}: anybody who can reach the gateway reads with its credential.`,
    isOwnCredential &&
      auth.authentication !== null &&
      auth.personalDataScope === null &&
      `${nameOf('AUTH_PII_SCOPE')} is not set: every caller sees the personal data of the people who are called.`,
    cache.identityProofSeconds === 0 &&
      cache.maxBytes > 0 &&
      `${nameOf('IDENTITY_PROOF_SECONDS')} is 0: each request asks the upstream first, and the cache saves next to nothing.`,
    cache.maxBytes === 0 &&
      settingNames.some((name) => name.startsWith('CACHE_TTL_') && isSet(name)) &&
      `${nameOf('CACHE_MAX_BYTES')} is 0, so that nothing is kept and the TTLs that are set have no effect.`,
    isSet('CALLER_RESERVE') &&
      upstream.callerShares === null &&
      `${nameOf('CALLER_RESERVE')} has no effect: it is for callers with keys or signed tokens who share a credential of the gateway.`,
    server.corsOrigins.some(isPlainHttp) &&
      `${nameOf('CORS_ORIGINS')} has an origin of plain http beyond loopback: somebody on the network can change that page and ask as its user.`,
    env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0' &&
      `NODE_TLS_REJECT_UNAUTHORIZED is 0: no certificate is checked, and credentials can be read on the network. ${nameOf('CA_FILE')} adds an authority instead.`,
    redis !== null &&
      isPlainRedisBeyondLoopback(redis.url) &&
      `${nameOf('REDIS_URL')} has a password and no TLS: the password can be read on the network. Use rediss://.`,
    server.drainSeconds >= KUBERNETES_GRACE_SECONDS &&
      `${nameOf('DRAIN_SECONDS')} is ${server.drainSeconds}: Kubernetes ends a container after ${KUBERNETES_GRACE_SECONDS} s unless terminationGracePeriodSeconds is larger.`,
    isReachable &&
      server.keepAliveSeconds <= BALANCER_SECONDS &&
      `${nameOf('KEEP_ALIVE_SECONDS')} is ${server.keepAliveSeconds}: a balancer that keeps idle connections for ${BALANCER_SECONDS} s sends requests on closed ones, and answers 502.`,
    isSet('TRUSTED_DOCUMENTS_FILE') &&
      operations.trustedDocuments === null &&
      `${nameOf('TRUSTED_DOCUMENTS_FILE')} is not read, since ${nameOf('TRUSTED_DOCUMENTS')} is off.`,
    upstream.target !== null &&
      operations.upstreamReport &&
      isReachable &&
      `${nameOf('UPSTREAM_REPORT')} is on: every caller can learn how much of the quota others have used.`,
  ];
  return warnings.filter((warning) => warning !== false);
}

function isPlainHttp(origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  return protocol === 'http:' && !isLoopback(hostname) && !hostname.endsWith('.localhost');
}

function isPlainRedisBeyondLoopback(url: string): boolean {
  const { protocol, hostname, password } = new URL(url);
  return protocol === 'redis:' && password !== '' && !isLoopback(hostname);
}
