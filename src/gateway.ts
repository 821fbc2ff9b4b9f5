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
import { keptDocuments } from './executor/kept-documents.ts';
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

/** The gateway's settings with an upstream that is there: over the sandbox it has been started by then. */
export type GatewayConfig = Omit<Config, 'upstream'> & {
  readonly upstream: UpstreamConfig;
  /** What the file of `trustedDocuments` holds; there whenever that is set. */
  readonly documents?: TrustedDocuments;
  /** The campaign that GraphiQL's example queries ask about. */
  readonly exampleCampaignId?: string;
  /** At which request for the same operation it is compiled: 1 at once, Infinity never. @default 3 */
  readonly compileAtHit?: number;
  /** The longest that Redis is waited for. @default 50 */
  readonly redisTimeoutMs?: number;
};

export interface Gateway {
  /** Answers a request as the Fetch standard has it; needs no port. */
  fetch(request: Request): Promise<Response>;
  /** The same for a server of `node:http`. */
  readonly listener: RequestListener;
  /** From now on `/ready` says that requests belong elsewhere. They are answered as before. */
  retire(): void;
  /** Ends upstream calls under way and closes the connections. Requests after it are answered with what is kept, or with errors. */
  dispose(): Promise<void>;
}

/**
 * Puts the gateway together. It holds no state beyond the connections to the upstream and to Redis, what is shared on
 * them, and the keys of callers' tokens; and it listens on nothing.
 *
 * @param writtenTo Where it writes what operators have to know, without credentials and personal data; by default nowhere.
 * @param metrics What counts for operators; null where nobody wants to know.
 */
export function createGateway(
  config: GatewayConfig,
  writtenTo: Logger = pino({ level: 'silent' }),
  metrics: GatewayMetrics | null = null,
): Gateway {
  const log = writtenTo.child({}, { serializers: { err: redactError } });
  const http = new Http(config.upstreamTimeoutMs);
  const closing = new AbortController();
  const recorder = new RequestRecorder();
  if (log.isLevelEnabled('info')) recorder.observe(accessLog(log));
  if (metrics !== null) recorder.observe(metrics.onRequest);
  const { client, shared, kept, replicas } = createSharedServices(config, http, closing.signal, {
    log,
    ...(metrics && {
      observer: metrics.upstream,
      lookups: metrics.lookups,
      redis: metrics.redis,
    }),
  });
  metrics?.watch({ client, kept, requests: recorder });
  const identityOf = identitiesOf(http, config.upstream.credentials, {
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
      new SigningKeys({ url: tokenOptions.jwksUrl, http, timeoutMs: keysTimeoutMs, log }),
      tokenOptions,
    );
  const traces =
    config.otlpEndpoint === null
      ? null
      : loadTraces({ ...config, endpoint: config.otlpEndpoint, apiUrl: config.upstream.apiUrl }, log);
  const requestTraces: ServerTraces | null = traces && new WeakMap();

  const login = config.upstream.credentials.mode === 'client' ? identityOf(null) : null;
  const readiness = new Readiness([
    ...(login === null ? [] : [new LoginCheck(login, closing.signal, log)]),
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
    // That is `useGraphiqlPage`'s.
    graphiql: false,
    landingPage: false,
    // Probes are answered before it. Its own answer would go to any URL that ends in this, and none has a line break.
    healthCheckEndpoint: '\n',
    logging: yogaLogger(log, () => recorder.current?.id),
    parserAndValidationCache: keptDocuments(),
    cors: corsOptions(config.corsOrigins),
    ...(config.trustedDocuments && { extraParamNames: ['documentId'] }),
    multipart: false,
    // That is `useBodyLimit`'s.
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

/** How callers are told apart. `tokens` where such are accepted. */
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

/** What is made of requests for those who look at traces, loaded only where some do. Null where nobody does, or it could not be loaded. */
async function loadTraces(options: TracesOptions, log: Logger): Promise<Traces | null> {
  try {
    const { Traces } = await import('./observability/tracing/traces.ts');
    return new Traces(options, log);
  } catch (error) {
    log.error({ err: error }, 'No traces are made, for what makes them could not be loaded');
    return null;
  }
}

const shuttingDown = {
  code: 'UPSTREAM_UNAVAILABLE',
  message: 'the gateway is being shut down',
} as const;
