import type { IncomingMessage, RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { type Logger, pino } from 'pino';
import { AnswerAccount } from './answers/answer-account.ts';
import { callersOf } from './auth/callers.ts';
import { SignedTokens } from './auth/signed-tokens.ts';
import { SigningKeys, type SigningKeysOptions } from './auth/signing-keys.ts';
import { waysOut } from './config/network.ts';
import type { AuthConfig, Config, TelemetryConfig } from './config/slices.ts';
import { contextFactory, type GatewayContext } from './context.ts';
import { redactError } from './observability/redact-error.ts';
import { UpstreamError } from './errors.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { trusting } from './lib/trusted-authorities.ts';
import { Turns } from './lib/turns.ts';
import { maskedError } from './operations/client-error.ts';
import { createDocumentCache } from './operations/document-cache.ts';
import { AllowedOrigins } from './http/allowed-origins.ts';
import { ENDPOINT, lastPartOf } from './http/endpoint.ts';
import { graphiqlOptions, graphiqlPage } from './http/graphiql.ts';
import { landingPage } from './http/landing-page.ts';
import { checkingHost, fetchCheckingHost } from './http/host-check.ts';
import type { GatewayMetrics } from './observability/metrics/gateway-metrics.ts';
import { plugins } from './plugins/index.ts';
import type { SignedTokensContext } from './plugins/use-signed-tokens.ts';
import type { ServerTraces } from './plugins/use-traces.ts';
import { AccessCheck } from './http/access-check.ts';
import { isProbe, Probes } from './http/probes.ts';
import type { TrustedDocuments } from './operations/trusted-documents.ts';
import { LoginCheck, PressureCheck, ReachCheck, Readiness, RedisCheck } from './http/readiness.ts';
import { Refusals } from './http/refusal.ts';
import { refuseUpgrade } from './http/refuse-upgrade.ts';
import { RequestsInFlight } from './http/requests-in-flight.ts';
import { OriginLog } from './observability/origin-log.ts';
import { ReachLog } from './observability/reach-log.ts';
import { RefusalLog } from './observability/refusal-log.ts';
import { accessLog } from './observability/requests/access-log.ts';
import { RequestRecorder } from './observability/requests/recorder.ts';
import { createSharedServices } from './shared-services.ts';
import { servedSchema } from './federation/served-schema.ts';
import type { Traces } from './observability/tracing/traces.ts';
import { identitiesOf } from './upstream/login/identities.ts';
import type { WayOut } from './upstream/http/agents.ts';
import { Http } from './upstream/http/http.ts';
import { yogaLogger } from './observability/yoga-logger.ts';
import type { UpstreamTarget } from './config/upstream.ts';

/** Part of a request's time that a login may take, so that the request can still tell that the login was the reason. */
const LOGIN_PATIENCE = 0.8;

/** Configuration of a gateway, and the services around it. */
export interface AssemblyOptions {
  readonly config: Config;
  /** Upstream. @default that of the configuration, which names none where the sandbox is meant */
  readonly target?: UpstreamTarget;
  /** Path of GraphQL. @default '/graphql' */
  readonly endpoint?: string | undefined;
  /** Contents of the manifest of trusted documents; required where the configuration has one. @default null */
  readonly documents?: TrustedDocuments | null | undefined;
  /** Id of the campaign in example queries, which is one of the sandbox. @default null */
  readonly exampleCampaignId?: string | null;
  /** Ordinal of the request that compiles its operation: 1 at once, Infinity never. @default 3 */
  readonly compileAtHit?: number | undefined;
  /** Longest wait for Redis, in milliseconds. @default 50 */
  readonly redisTimeoutMs?: number | undefined;
  /** Log for operators, without credentials and personal data. @default silent */
  readonly log?: Logger | undefined;
  /** Metrics for operators. @default null, where none are kept */
  readonly metrics?: GatewayMetrics | null | undefined;
  /** Clock of everything that lasts. @default the clock of the machine */
  readonly clock?: Clock | undefined;
}

/** A gateway. Its functions need no `this`, so that they can be passed on. */
export interface AssembledGateway {
  /** Answers a request of the Fetch standard; needs no port. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Answers requests of a `node:http` server. */
  readonly listener: RequestListener;
  /** Answers `upgrade` events of a `node:http` server. Refuses with 501: there are no subscriptions yet. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Notes that a connection was refused. After ten seconds of such refusals without pause, `/ready` answers 503. */
  readonly refused: () => void;
  /** Makes `/ready` answer 503 from now on. Requests are answered as before. */
  readonly retire: () => void;
  /** Ends upstream calls under way and closes the connections. Later requests get cached data or errors. */
  readonly dispose: () => Promise<void>;
}

/**
 * Assembles the gateway, which listens on no port. Its state is in memory and Redis: connections, caches, quotas, parsed
 * documents, and the keys of callers' tokens.
 *
 * @param schema Another schema than the one that the configuration asks for, so that tests can add root fields.
 */
export function assembleGateway(
  options: AssemblyOptions,
  schema: GraphQLSchema | Promise<GraphQLSchema> = servedSchema(options.config.federation),
): AssembledGateway {
  const { config, endpoint = ENDPOINT, clock = systemClock, metrics = null } = options;
  const { server, upstream, loading, cache, operations, auth, redis, telemetry } = config;
  const target = targetOf(options);
  const log = (options.log ?? silentLog()).child({}, { serializers: { err: redactError } });
  const closing = new AbortController();
  const turns = new Turns(clock);
  const answers = new AnswerAccount(operations.maxBytesInFlight);
  const reach = new ReachLog(clock, log);
  const way = { ...wayOut(options, target), observer: reach };
  const http = new Http(upstream.timeoutMs, turns, upstream.connections, way);
  const loginHttp = new Http(upstream.timeoutMs, turns, upstream.connectionsForLogins, way);

  const recorder = new RequestRecorder(clock);
  if (log.isLevelEnabled('info')) recorder.observe(accessLog(log));
  if (metrics !== null) recorder.observe(metrics.onRequest);

  const refusals = new RefusalLog(clock, log);
  const { client, shared, kept, replicas, credentialEvents } = createSharedServices({
    apiUrl: target.apiUrl,
    upstream,
    loading,
    cache,
    redis: redis && { url: redis.url, pepper: redis.pepper, timeoutMs: options.redisTimeoutMs },
    requestTimeoutMs: operations.requestTimeoutMs,
    transport: http,
    clock,
    turns,
    closing: closing.signal,
    log,
    onRefusal: (resource, status, cause) => refusals.met(resource, status, cause),
    observers: metrics ?? {},
  });
  metrics?.watch({ client, kept, requests: recorder, answers });

  const identityOf = identitiesOf(loginHttp, target.credentials, {
    clock,
    timeoutMs: upstream.timeoutMs,
    patienceMs: operations.requestTimeoutMs * LOGIN_PATIENCE,
    closing: closing.signal,
  });
  const keysTimeoutMs = Math.min(upstream.timeoutMs, operations.requestTimeoutMs);
  const tokens = signedTokens(auth, {
    transport: loginHttp,
    timeoutMs: keysTimeoutMs,
    closing: closing.signal,
    clock,
    log,
  });
  const traces = loadTraces(telemetry, { apiUrl: target.apiUrl, way }, clock, log);
  const requestTraces: ServerTraces = new WeakMap();

  const ownIdentity = target.credentials.mode === 'passThrough' ? null : identityOf(null);
  const login = target.credentials.mode === 'client' ? ownIdentity : null;
  const access = ownIdentity && new AccessCheck(ownIdentity, clock, log);
  if (access !== null) credentialEvents.subscribe(access);
  const pressure = new PressureCheck(clock);
  const origins = new AllowedOrigins(server);
  const refusedOrigins = new OriginLog(log);
  const inFlight = new RequestsInFlight({
    clock,
    max: server.maxRequestsInFlight,
    refusals: new Refusals(origins),
    onRefused() {
      metrics?.requestRefused();
      pressure.refused();
    },
  });
  const readiness = new Readiness([
    pressure,
    ...(login === null ? [] : [new LoginCheck(login, closing.signal, clock, log)]),
    new ReachCheck(() => reach.problemOf(new URL(target.apiUrl).host) ?? refusals.problem),
    ...(access === null ? [] : [access]),
    ...(replicas === null ? [] : [new RedisCheck(replicas)]),
  ]);
  const probes = new Probes(readiness);

  const yoga = createYoga<SignedTokensContext, GatewayContext>({
    schema,
    graphqlEndpoint: endpoint,
    context: contextFactory(
      {
        callerOf: callersOf({
          accepted: auth.authentication && { apiKeys: auth.authentication.apiKeys, tokens },
          credentials: target.credentials,
          personalDataScope: auth.personalDataScope,
        }),
        identityOf,
        clock,
        turns,
        answers,
        client,
        shared,
        record: () => recorder.current,
        traceOf: (request) => requestTraces.get(request) ?? null,
      },
      {
        operations,
        personalDataScope: auth.personalDataScope,
        authenticatesCallers: auth.authentication !== null,
      },
    ),
    plugins: plugins(
      {
        endpoint,
        server,
        operations,
        batchSize: loading.batchSize,
        documents: options.documents ?? null,
        compileAtHit: options.compileAtHit,
      },
      {
        log,
        recorder,
        origins,
        onRefusedOrigin: (origin) => refusedOrigins.refused(origin),
        tokens,
        tracing: traces && { traces, ofRequests: requestTraces },
        landingPage: landingPage({
          endpoint,
          hasGraphiql: server.graphiql,
          isSandbox: config.upstream.target === null,
        }),
        graphiqlPage: server.graphiql
          ? () => graphiqlPage(graphiqlOptionsOf(options), lastPartOf(endpoint))
          : null,
      },
    ),
    // GraphiQL is served by `useGraphiqlPage`.
    graphiql: false,
    landingPage: false,
    // Yoga's own health check, for URLs with this ending, is off: no URL has a line break. `Probes` answers before Yoga.
    healthCheckEndpoint: '\n',
    maskedErrors: { maskError: maskedError },
    logging: yogaLogger(log, () => recorder.current?.id),
    parserAndValidationCache: createDocumentCache(),
    // CORS is the work of `useCors`.
    cors: false,
    // File uploads are refused by `useNoUploads`.
    multipart: false,
    // Bodies are limited by `useBodyLimit`.
    maxRequestBodySize: false,
  });

  const checkedFetch = fetchCheckingHost(
    (request) => inFlight.fetch(request, (each) => yoga.fetch(each)),
    server,
  );

  return {
    fetch: recorder.fetch(async (request) => probes.fetch(request) ?? checkedFetch(request)),
    listener: recorder.listener(
      checkingHost(probes.before(inFlight.before((request, response) => void yoga(request, response))), {
        host: server.host,
        allowedHosts: server.allowedHosts,
        isForAll: isProbe,
      }),
    ),
    upgrade: refuseUpgrade,
    refused() {
      pressure.refused();
    },
    retire() {
      readiness.retire();
    },
    async dispose() {
      readiness.retire();
      // Each part ends, also where one before it fails to.
      try {
        await yoga.dispose();
      } finally {
        closing.abort(new UpstreamError(shuttingDown));
        replicas?.dispose();
        await Promise.all([http.dispose(), loginHttp.dispose(), traces?.then((each) => each?.dispose())]);
      }
    },
  };
}

/** A log that writes nothing. Without a destination, pino would watch over stdout until the process ends. */
function silentLog(): Logger {
  return pino({ level: 'silent' }, { write: () => undefined });
}

function targetOf({ config, target = config.upstream.target ?? undefined }: AssemblyOptions): UpstreamTarget {
  if (target === undefined) throw new TypeError('A configuration without an upstream needs a target.');
  return target;
}

/** A target that the configuration does not name is the embedded sandbox, which no proxy is asked for. */
function wayOut({ config }: AssemblyOptions, { apiUrl, credentials }: UpstreamTarget): WayOut {
  const addresses = credentials.mode === 'client' ? [apiUrl, credentials.tokenUrl] : [apiUrl];
  const origins = addresses.map((address) => new URL(address).origin);
  return {
    wayTo: waysOut(config.network, origins, config.upstream.target === null),
    secureContext: trusting(config.network.authorities),
  };
}

/** Null where callers send no signed tokens. */
function signedTokens(
  { authentication }: AuthConfig,
  options: Omit<SigningKeysOptions, 'url'>,
): SignedTokens | null {
  const tokens = authentication?.tokens ?? null;
  return (
    tokens && new SignedTokens(options.clock, new SigningKeys({ url: tokens.jwksUrl, ...options }), tokens)
  );
}

function graphiqlOptionsOf(options: AssemblyOptions) {
  const { operations } = options.config;
  const headers = {
    ...credentialTemplateOf(options),
    ...(operations.upstreamReport && { 'x-upstream-report': '1' }),
  };
  // The link is relative, for proxies that put a path before. Another endpoint is one of an app with a page of its own.
  const about = options.endpoint === undefined || options.endpoint === ENDPOINT ? './' : null;
  return graphiqlOptions({ about, campaignId: options.exampleCampaignId ?? null, headers });
}

/** Header with which callers send a credential of their own, without the credential. A request with it alone costs no call. */
function credentialTemplateOf(options: AssemblyOptions): Readonly<Record<string, string>> {
  const { authentication } = options.config.auth;
  if (authentication !== null) {
    return authentication.tokens === null ? { 'x-api-key': '' } : { authorization: 'Bearer ' };
  }
  return targetOf(options).credentials.mode === 'passThrough' ? { authorization: 'Bearer ' } : {};
}

/** Traces of requests, imported only where they are configured. Null where they are not; resolves to null on failure. */
function loadTraces(
  { otlpEndpoint: endpoint, tracesSampler, tracesRatio }: TelemetryConfig,
  { apiUrl, way }: { readonly apiUrl: string; readonly way: WayOut },
  clock: Clock,
  log: Logger,
): Promise<Traces | null> | null {
  if (endpoint === null) return null;
  return import('./observability/tracing/traces.ts')
    .then((loaded) => new loaded.Traces(clock, { endpoint, tracesSampler, tracesRatio, apiUrl, way }, log))
    .catch((error: unknown) => {
      log.error({ err: error }, 'No traces are made: the tracing libraries could not be loaded');
      return null;
    });
}

const shuttingDown = { code: 'UPSTREAM_UNAVAILABLE', message: 'the gateway is being shut down' } as const;
