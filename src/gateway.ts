import type { RequestListener } from 'node:http';
import { createYoga } from 'graphql-yoga';
import { type Logger, pino } from 'pino';
import {
  anonymousCaller,
  authenticatedCallers,
  callersByUpstreamToken,
  type CallerOf,
} from './auth/callers.ts';
import { SignedTokens } from './auth/signed-tokens.ts';
import { SigningKeys } from './auth/signing-keys.ts';
import type { Config } from './config/config.ts';
import { contextFactory, credentialMissing, type GatewayContext } from './context.ts';
import { redactError } from './observability/redact-error.ts';
import { UpstreamError } from './errors.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { createDocumentCache } from './operations/document-cache.ts';
import { exampleQueries, graphiqlOptions, graphiqlPage } from './http/graphiql.ts';
import { checkingHost } from './http/host-check.ts';
import type { GatewayMetrics } from './observability/metrics/gateway-metrics.ts';
import { plugins } from './plugins/index.ts';
import { corsOptions } from './plugins/use-cors.ts';
import type { SignedTokensContext } from './plugins/use-signed-tokens.ts';
import type { ServerTraces } from './plugins/use-traces.ts';
import { isProbe, Probes } from './http/probes.ts';
import type { TrustedDocuments } from './operations/trusted-documents.ts';
import { LoginCheck, Readiness, RedisCheck } from './http/readiness.ts';
import { accessLog } from './observability/requests/access-log.ts';
import { RequestRecorder } from './observability/requests/recorder.ts';
import { createSharedServices } from './shared-services.ts';
import { servedSchema } from './federation/served-schema.ts';
import type { Traces, TracesOptions } from './observability/tracing/traces.ts';
import { identitiesOf } from './upstream/login/identities.ts';
import { Http } from './upstream/http/http.ts';
import { yogaLogger } from './observability/yoga-logger.ts';
import type { UpstreamConfig } from './config/upstream.ts';

/** Settings of the gateway, with an upstream in any case: where none is set, the sandbox, which is running by then. */
export type GatewayConfig = Omit<Config, 'upstream'> & {
  readonly upstream: UpstreamConfig;
  /** Contents of the file of `trustedDocuments`; required where that is set. */
  readonly documents?: TrustedDocuments;
  /** Id of the campaign in example queries; set where the sandbox runs. */
  readonly exampleCampaignId?: string;
  /** Ordinal of the request that compiles its operation: 1 at once, Infinity never. @default 3 */
  readonly compileAtHit?: number;
  /** Longest wait for Redis, in milliseconds. @default 50 */
  readonly redisTimeoutMs?: number;
};

/** Surroundings of the gateway. */
export interface GatewayMeans {
  /** Log for operators, without credentials and personal data. @default silent */
  readonly log?: Logger | undefined;
  /** Metrics for operators. @default null, where none are kept */
  readonly metrics?: GatewayMetrics | null | undefined;
  /** @default the clock of the machine */
  readonly clock?: Clock | undefined;
}

export interface Gateway {
  /** Answers a request of the Fetch standard; needs no port. */
  fetch(request: Request): Promise<Response>;
  /** Answers requests of a `node:http` server. */
  readonly listener: RequestListener;
  /** Makes `/ready` answer 503 from now on. Requests are answered as before. */
  retire(): void;
  /** Ends upstream calls under way and closes the connections. Later requests get cached data or errors. */
  dispose(): Promise<void>;
}

/**
 * Assembles the gateway, which listens on no port. Its state is in memory and Redis: connections, caches, quotas, parsed
 * documents, and the keys of callers' tokens.
 */
export function createGateway(
  config: GatewayConfig,
  { log: writtenTo = pino({ level: 'silent' }), metrics = null, clock = systemClock }: GatewayMeans = {},
): Gateway {
  const log = writtenTo.child({}, { serializers: { err: redactError } });
  const http = new Http(config.upstreamTimeoutMs);
  const closing = new AbortController();
  const recorder = new RequestRecorder();
  if (log.isLevelEnabled('info')) recorder.observe(accessLog(log));
  if (metrics !== null) recorder.observe(metrics.onRequest);
  const { client, shared, kept, replicas } = createSharedServices(config, http, closing.signal, clock, {
    log,
    ...(metrics && { observer: metrics.upstream, lookups: metrics.lookups, redis: metrics.redis }),
  });
  metrics?.watch({ client, kept, requests: recorder });
  const identityOf = identitiesOf(http, config.upstream.credentials, {
    clock,
    timeoutMs: config.upstreamTimeoutMs,
    patienceMs: config.requestTimeoutMs,
    closing: closing.signal,
  });

  const { authentication } = config;
  const tokenOptions = authentication?.tokens ?? null;
  const keysTimeoutMs = Math.min(config.upstreamTimeoutMs, config.requestTimeoutMs);
  const tokens =
    tokenOptions &&
    new SignedTokens(
      new SigningKeys({ url: tokenOptions.jwksUrl, http, timeoutMs: keysTimeoutMs, clock, log }),
      tokenOptions,
    );
  const traces =
    config.otlpEndpoint === null
      ? null
      : loadTraces({ ...config, endpoint: config.otlpEndpoint, apiUrl: config.upstream.apiUrl }, log);
  const requestTraces: ServerTraces | null = traces && new WeakMap();

  const login = config.upstream.credentials.mode === 'client' ? identityOf(null) : null;
  const readiness = new Readiness([
    ...(login === null ? [] : [new LoginCheck(login, closing.signal, clock, log)]),
    ...(replicas === null ? [] : [new RedisCheck(replicas)]),
  ]);
  const probes = new Probes(readiness);
  const graphiql = graphiqlOptions(
    exampleQueries(config.exampleCampaignId ?? 'id-of-a-campaign'),
    authentication !== null || config.upstream.credentials.mode === 'passThrough',
  );

  const yoga = createYoga<SignedTokensContext, GatewayContext>({
    schema: servedSchema(config),
    context: contextFactory(
      {
        callerOf: callersOf(config, tokens),
        identityOf,
        clock,
        client,
        shared,
        record: () => recorder.current,
        traceOf: (request) => requestTraces?.get(request) ?? null,
      },
      { ...config, authenticatesCallers: authentication !== null },
    ),
    plugins: plugins(config, {
      log,
      recorder,
      tokens,
      tracing: traces && requestTraces && { traces, ofRequests: requestTraces },
      graphiqlPage: config.graphiql ? () => graphiqlPage(graphiql) : null,
    }),
    // GraphiQL is served by `useGraphiqlPage`.
    graphiql: false,
    landingPage: false,
    // Yoga's own health check, for URLs with this ending, is off: no URL has a line break. `Probes` answers before Yoga.
    healthCheckEndpoint: '\n',
    logging: yogaLogger(log, () => recorder.current?.id),
    parserAndValidationCache: createDocumentCache(),
    cors: corsOptions(config.corsOrigins),
    ...(config.trustedDocuments && { extraParamNames: ['documentId'] }),
    multipart: false,
    // Bodies are limited by `useBodyLimit`.
    maxRequestBodySize: false,
  });

  return {
    fetch: recorder.fetch(async (request) => probes.fetch(request) ?? yoga.fetch(request)),
    listener: recorder.listener(
      checkingHost(
        probes.before((request, response) => void yoga(request, response)),
        { ...config, isForAll: isProbe },
      ),
    ),
    retire() {
      readiness.retire();
    },
    async dispose() {
      readiness.retire();
      await yoga.dispose();
      closing.abort(new UpstreamError(shuttingDown));
      await http.dispose();
      await replicas?.dispose();
      await (await traces)?.dispose();
    },
  };
}

/** Function that identifies callers. `tokens` is null where signed tokens are not accepted. */
function callersOf(
  { authentication, personalDataScope, upstream: { credentials } }: GatewayConfig,
  tokens: SignedTokens | null,
): CallerOf {
  if (authentication !== null) {
    return authenticatedCallers({ apiKeys: authentication.apiKeys, tokens }, personalDataScope);
  }
  if (credentials.mode === 'passThrough') return callersByUpstreamToken(credentialMissing);
  const anonymous = anonymousCaller(personalDataScope);
  return credentials.mode === 'client' && credentials.bearerFirst
    ? callersByUpstreamToken(anonymous)
    : () => anonymous;
}

/** Traces of requests, imported only where they are configured. Null when the import fails. */
async function loadTraces(options: TracesOptions, log: Logger): Promise<Traces | null> {
  try {
    const { Traces } = await import('./observability/tracing/traces.ts');
    return new Traces(options, log);
  } catch (error) {
    log.error({ err: error }, 'No traces are made, for what makes them could not be loaded');
    return null;
  }
}

const shuttingDown = { code: 'UPSTREAM_UNAVAILABLE', message: 'the gateway is being shut down' } as const;
