import type { Infer, Type } from '@badrap/valita';
import { type Cardinalities, cardinalities } from './cardinalities.ts';
import { type TtlName, type Ttls, ttls } from './ttls.ts';
import {
  choice,
  duration,
  type Form,
  list,
  onOrOff,
  partOfOne,
  path,
  port,
  ratio,
  wholeNumber,
} from './forms.ts';
import {
  acknowledgement,
  apiUrl,
  apiKeys,
  bearerToken,
  host,
  hostNames,
  jwksUrl,
  loginUrl,
  origins,
  otlpUrl,
  pepper,
  plannedCardinalities,
  proxyHost,
  proxyUrl,
  redisUrl,
  region,
  samplerNames,
  scope,
  text,
} from './values.ts';
import type { ApiKey } from '../identity/api-keys.ts';

/** Setting. An empty value counts as not set. */
export interface Setting {
  /** Path in a file of settings and in the options of the library, by the slices of the configuration. */
  readonly option: string;
  readonly meaning: string;
  /** Value when not set; null when that has a meaning of its own, which `meaning` states. */
  readonly default: string | null;
  readonly schema: Type<string | number | boolean | readonly string[] | readonly ApiKey[] | Cardinalities>;
  /** Form of the value. @default text */
  readonly form?: Form;
  /** True when the value is never shown, not even in an error about itself: it is a secret, or may contain one. */
  readonly hidden?: true;
  /** True when a wrong value may contain a secret, so that it is not shown. */
  readonly maybeSecret?: true;
  /** True when the variable may be in lower case as well, which then counts first, as in other programs. */
  readonly isAnyCase?: true;
  /** True for what a gateway in an app has no use for: its listener, its log, its end. */
  readonly isOfProcess?: true;
}

/** All settings read from the environment. docs/configure.md and the options of the library are written from them. */
export const settings = {
  PORT: {
    option: 'server.port',
    meaning: 'port on which the gateway listens; 0: any free one',
    default: '4000',
    ...port,
    isOfProcess: true,
  },
  HOST: {
    option: 'server.host',
    meaning: 'address on which the gateway listens; beyond loopback, others can reach it',
    default: '127.0.0.1',
    schema: host,
    isOfProcess: true,
  },
  KEEP_ALIVE_SECONDS: {
    option: 'server.keepAliveSeconds',
    meaning:
      'keep-alive timeout: time for which an idle connection of a client stays open; has to be longer than the idle timeout of a balancer in front',
    default: '75',
    ...duration('seconds', 1, 3600),
    isOfProcess: true,
  },
  HEADERS_TIMEOUT_MS: {
    option: 'server.headersTimeoutMs',
    meaning:
      'time that a client may take to send the headers of a request; after that time the answer is 408',
    default: '10000',
    ...duration('ms', 100, 3_600_000),
    isOfProcess: true,
  },
  BODY_TIMEOUT_MS: {
    option: 'server.bodyTimeoutMs',
    meaning: 'time that a client may take to send a request with its body; after that time the answer is 408',
    default: '30000',
    ...duration('ms', 100, 3_600_000),
    isOfProcess: true,
  },
  SEND_TIMEOUT_MS: {
    option: 'server.sendTimeoutMs',
    meaning: 'time that a client may take to read an answer; after that time the connection is closed',
    default: '30000',
    ...duration('ms', 100, 3_600_000),
    isOfProcess: true,
  },
  MAX_CONNECTIONS: {
    option: 'server.maxConnections',
    meaning:
      'maximum number of open client connections, besides 256 for health probes and refusals; above it, the connections that were idle longest are closed; if none is idle, new ones get 503',
    default: '4096',
    ...wholeNumber(1, 1_000_000),
    isOfProcess: true,
  },
  MAX_REQUESTS_IN_FLIGHT: {
    option: 'server.maxRequestsInFlight',
    meaning: 'maximum number of requests in flight; further requests get 503',
    default: '1024',
    ...wholeNumber(1, 1_000_000),
  },
  GENESYSCLOUD_REGION: {
    option: 'upstream.region',
    meaning:
      'region of Genesys Cloud: its name, such as `eu-west-1`, or its domain, such as `mypurecloud.ie`; without a region or an API URL, the command uses the embedded sandbox',
    default: null,
    schema: region,
  },
  GENESYSCLOUD_API_URL: {
    option: 'upstream.apiUrl',
    meaning:
      'base URL of the REST API, instead of a region; may have a path, for an API gateway in front of the API; `/api/v2` at the end is ignored',
    default: null,
    schema: apiUrl,
    hidden: true,
  },
  GENESYSCLOUD_LOGIN_URL: {
    option: 'upstream.loginUrl',
    meaning: 'base URL of the login service; needed besides an API URL when an OAuth client is set',
    default: null,
    schema: loginUrl,
    hidden: true,
  },
  GENESYSCLOUD_OAUTHCLIENT_ID: {
    option: 'upstream.clientId',
    meaning:
      'id of the OAuth client (client credentials) that the gateway logs in as; without one, each caller sends a bearer token of the upstream',
    default: null,
    schema: text,
  },
  GENESYSCLOUD_OAUTHCLIENT_SECRET: {
    option: 'upstream.clientSecret',
    meaning: 'secret of the OAuth client',
    default: null,
    schema: text,
    hidden: true,
  },
  GENESYSCLOUD_ACCESS_TOKEN: {
    option: 'upstream.accessToken',
    meaning: 'access token for all callers, instead of a login',
    default: null,
    schema: bearerToken,
    hidden: true,
  },
  HTTPS_PROXY: {
    option: 'network.httpsProxy',
    meaning:
      'proxy to https addresses (API, login, signing keys, traces): an `http://` or `https://` URL, with its credentials',
    default: null,
    schema: proxyUrl,
    hidden: true,
    isAnyCase: true,
  },
  HTTP_PROXY: {
    option: 'network.httpProxy',
    meaning: 'proxy to http addresses; never used for https ones',
    default: null,
    schema: proxyUrl,
    hidden: true,
    isAnyCase: true,
  },
  NO_PROXY: {
    option: 'network.noProxy',
    meaning:
      'hosts that are reached without a proxy: names with all below them, addresses, ranges such as `10.0.0.0/8`, or `*` for all; a list, with commas in the environment',
    default: null,
    ...list(text),
    isAnyCase: true,
  },
  GENESYSCLOUD_PROXY_HOST: {
    option: 'network.vendorProxy.host',
    meaning:
      "host of the proxy for the API and the login service, under the name that the vendor's own tools use; takes precedence over `HTTPS_PROXY`",
    default: null,
    maybeSecret: true,
    schema: proxyHost,
  },
  GENESYSCLOUD_PROXY_PORT: {
    option: 'network.vendorProxy.port',
    meaning: 'port of that proxy; not set: 80, or 443 if the protocol is `https`',
    default: null,
    maybeSecret: true,
    ...wholeNumber(1, 65_535),
  },
  GENESYSCLOUD_PROXY_PROTOCOL: {
    option: 'network.vendorProxy.protocol',
    meaning: 'protocol that is spoken with that proxy',
    default: 'http',
    ...choice(['http', 'https']),
  },
  GENESYSCLOUD_PROXY_AUTH_USERNAME: {
    option: 'network.vendorProxy.username',
    meaning: 'user name for that proxy',
    default: null,
    schema: text,
    hidden: true,
  },
  GENESYSCLOUD_PROXY_AUTH_PASSWORD: {
    option: 'network.vendorProxy.password',
    meaning: 'password for that proxy',
    default: null,
    schema: text,
    hidden: true,
  },
  CA_FILE: {
    option: 'network.caFile',
    meaning:
      'file of certificate authorities (PEM) that are trusted besides those of Node, for everything that the gateway calls over https',
    default: null,
    ...path,
  },
  AUTH_JWKS_URL: {
    option: 'auth.jwksUrl',
    meaning: "URL of the JSON Web Key Set (JWKS) that verifies callers' tokens (JWTs)",
    default: null,
    schema: jwksUrl,
    hidden: true,
  },
  AUTH_ISSUER: {
    option: 'auth.issuer',
    meaning: "issuer (`iss`) that callers' tokens must have",
    default: null,
    schema: text,
  },
  AUTH_AUDIENCE: {
    option: 'auth.audience',
    meaning: "audience (`aud`) that callers' tokens must have",
    default: null,
    schema: text,
  },
  AUTH_API_KEY_HASHES: {
    option: 'auth.apiKeyHashes',
    meaning:
      'API keys of callers: the SHA-256 of each in hex, with `=scope1+scope2` if it has scopes; a list, with commas in the environment',
    default: null,
    ...list(apiKeys),
    hidden: true,
  },
  AUTH_PII_SCOPE: {
    option: 'auth.personalDataScope',
    meaning: 'scope that callers need to see personal data; not set: every caller sees it',
    default: null,
    schema: scope,
  },
  AUTH_NONE: {
    option: 'auth.none',
    meaning:
      '`i-know`: the gateway starts without authentication although it has a credential of its own; everybody who can reach it sees what that credential may see',
    default: null,
    schema: acknowledgement,
  },
  ALLOWED_HOSTS: {
    option: 'server.allowedHosts',
    meaning:
      'host names that the `Host` header may have, besides those of loopback; a list, with commas in the environment; not set: on loopback only those of loopback, elsewhere any',
    default: null,
    ...list(hostNames),
  },
  REQUEST_TIMEOUT_MS: {
    option: 'operations.requestTimeoutMs',
    meaning: 'timeout of one request: after it, what still waits is null with an error',
    default: '10000',
    ...duration('ms', 1, 600_000),
  },
  UPSTREAM_TIMEOUT_MS: {
    option: 'upstream.timeoutMs',
    meaning: 'timeout of one upstream call; not above `REQUEST_TIMEOUT_MS`, to which the default is lowered',
    default: '5000',
    ...duration('ms', 1, 600_000),
  },
  UPSTREAM_BATCH_SIZE: {
    option: 'loading.batchSize',
    meaning: 'maximum number of ids in one upstream call',
    default: '100',
    ...wholeNumber(1, 500),
  },
  UPSTREAM_CONCURRENCY: {
    option: 'upstream.concurrency',
    meaning: 'maximum number of concurrent upstream calls for one credential',
    default: '16',
    ...wholeNumber(1, 1000),
  },
  CALLER_RESERVE: {
    option: 'upstream.callerReserve',
    meaning:
      "share of the quota, 0.2 being 20 %, that is kept for callers without a call in the current window; for callers who share the gateway's credential",
    default: '0.2',
    ...partOfOne,
  },
  UPSTREAM_CONNECTIONS: {
    option: 'upstream.connections',
    meaning:
      'maximum number of connections to the upstream; 4 of them are for logins and signing keys, and half of the others for credentials that the upstream accepted lately',
    default: '256',
    ...wholeNumber(8, 65_535),
  },
  MAX_UPSTREAM_CALLS: {
    option: 'operations.maxUpstreamCalls',
    meaning:
      'maximum number of upstream calls for one request, retries included; a query whose plan needs more is refused',
    default: '40',
    ...wholeNumber(1, 10_000),
  },
  MAX_ANSWER_FIELDS: {
    option: 'operations.maxAnswerFields',
    meaning:
      'maximum number of fields in an answer: values, objects and elements of lists; a query that would have more is refused',
    default: '500000',
    ...wholeNumber(1, 100_000_000),
  },
  MAX_ANSWER_BYTES: {
    option: 'operations.maxAnswerBytes',
    meaning:
      'maximum size of an answer before compression, in bytes; an answer that grows larger is refused while it is written',
    default: String(32 * 1024 * 1024),
    ...wholeNumber(1, 256 * 1024 ** 2, 'bytes'),
  },
  MAX_BYTES_IN_FLIGHT: {
    option: 'operations.maxBytesInFlight',
    meaning:
      'approximate memory, in bytes, for answers that are being made, or are written and not yet read; further requests wait, and get 503 if no memory is free before their timeout; not set: a third of the heap limit',
    default: null,
    ...wholeNumber(1, 64 * 1024 ** 3, 'bytes'),
  },
  PLAN_CARDINALITIES: {
    option: 'operations.cardinalities',
    meaning:
      'numbers that the plan of a query assumes about your data, such as scripts of a list; in the environment `name=number`, with commas',
    default: null,
    ...plannedCardinalities(cardinalities),
  },
  INTERACTIONS_WINDOW_MS: {
    option: 'loading.interactionsWindowMs',
    meaning: 'maximum age of a list of interactions that is served without a new upstream call',
    default: '1000',
    ...duration('ms', 0, 600_000),
  },
  INTERACTIONS_MAX_AGE_MS: {
    option: 'loading.interactionsMaxAgeMs',
    meaning:
      'maximum age of a list of interactions that is served without a new upstream call while the quota is short',
    default: '5000',
    ...duration('ms', 0, 600_000),
  },
  CACHE_MAX_BYTES: {
    option: 'cache.maxBytes',
    meaning: 'approximate memory of the cache of entities, in bytes; 0: nothing is cached',
    default: String(64 * 1024 * 1024),
    ...wholeNumber(0, 64 * 1024 ** 3, 'bytes'),
  },
  ...ttlSettings(ttls),
  IDENTITY_PROOF_SECONDS: {
    option: 'cache.identityProofSeconds',
    meaning: 'time for which cached data is served after the upstream last accepted the credential',
    default: '60',
    ...duration('seconds', 0, 3600),
  },
  MAX_DEPTH: {
    option: 'operations.limits.maxDepth',
    meaning: 'maximum depth of fields in a query',
    default: '12',
    ...wholeNumber(1, 100),
  },
  MAX_ALIASES: {
    option: 'operations.limits.maxAliases',
    meaning: 'maximum number of aliases in a query',
    default: '30',
    ...wholeNumber(0, 10_000),
  },
  MAX_TOKENS: {
    option: 'operations.limits.maxTokens',
    meaning: 'maximum number of tokens (names, values and punctuation) in a query',
    default: '2000',
    ...wholeNumber(1, 1_000_000),
  },
  MAX_ROOT_FIELDS: {
    option: 'operations.limits.maxRootFields',
    meaning: 'maximum number of root fields in a query',
    default: '10',
    ...wholeNumber(1, 1000),
  },
  MAX_BODY_BYTES: {
    option: 'server.maxBodyBytes',
    meaning: "maximum size of a request's body, in bytes",
    default: '100000',
    ...wholeNumber(1, 25_000_000, 'bytes'),
  },
  TRUSTED_DOCUMENTS: {
    option: 'operations.trustedDocuments.mode',
    meaning:
      'whether clients may send the id of a trusted document instead of a query (`prefer`), or must (`only`)',
    default: 'off',
    ...choice(['off', 'prefer', 'only']),
  },
  TRUSTED_DOCUMENTS_FILE: {
    option: 'operations.trustedDocuments.file',
    meaning:
      "manifest of trusted documents: a JSON file of ids and queries, as codegen's client preset writes it",
    default: null,
    ...path,
  },
  INTROSPECTION: {
    option: 'operations.introspection',
    meaning:
      'whether clients may read the schema by introspection; not set: on, unless `TRUSTED_DOCUMENTS` is `only`',
    default: null,
    ...onOrOff,
  },
  GRAPHIQL: {
    option: 'server.graphiql',
    meaning: 'whether GraphiQL is served; it needs introspection; not set: on where introspection is',
    default: null,
    ...onOrOff,
  },
  SANDBOX: {
    option: 'upstream.sandbox',
    meaning:
      'whether the embedded sandbox may be the upstream when `HOST` is not loopback, or with `NODE_ENV=production`; not set: only on loopback and without `NODE_ENV=production`',
    default: null,
    ...onOrOff,
    isOfProcess: true,
  },
  SUBGRAPH: {
    option: 'federation.subgraph',
    meaning:
      'whether the gateway is a subgraph of a federated graph: its schema then has the keys and fields of one',
    default: 'off',
    ...onOrOff,
  },
  CORS_ORIGINS: {
    option: 'server.corsOrigins',
    meaning:
      'origins of web pages that may read answers; a list, with commas in the environment; not set: none, over the embedded sandbox those of loopback',
    default: null,
    ...list(origins),
  },
  UPSTREAM_REPORT: {
    option: 'operations.upstreamReport',
    meaning:
      'whether requests may ask which upstream calls they cost (`x-upstream-report: 1`); not set: over the embedded sandbox only',
    default: null,
    ...onOrOff,
  },
  LOG_LEVEL: {
    option: 'telemetry.logLevel',
    meaning: 'lowest level of log entries that are written',
    default: 'info',
    ...choice(['debug', 'info', 'warn', 'error', 'silent']),
    isOfProcess: true,
  },
  METRICS_PORT: {
    option: 'telemetry.metricsPort',
    meaning:
      'port of the metrics for Prometheus, at `/metrics` and at the address of `HOST`, without authentication; not set: no metrics are kept',
    default: null,
    ...port,
    isOfProcess: true,
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    option: 'telemetry.otlpEndpoint',
    meaning: 'base URL of the collector of traces (OTLP over HTTP); not set: no traces are made',
    default: null,
    schema: otlpUrl,
    hidden: true,
  },
  OTEL_TRACES_SAMPLER: {
    option: 'telemetry.tracesSampler',
    meaning: 'sampler of traces, by its name in OpenTelemetry; not set: `parentbased_always_on`',
    default: null,
    ...choice(samplerNames),
  },
  OTEL_TRACES_SAMPLER_ARG: {
    option: 'telemetry.tracesRatio',
    meaning: 'share of requests that a sampler with `traceidratio` in its name traces',
    default: '1',
    ...ratio,
  },
  DRAIN_SECONDS: {
    option: 'server.drainSeconds',
    meaning: 'time that requests in flight may take after SIGTERM before they are cut off',
    default: '20',
    ...duration('seconds', 0, 3600),
    isOfProcess: true,
  },
  REDIS_URL: {
    option: 'redis.url',
    meaning:
      'URL (`redis://` or `rediss://`) of the Redis or Valkey in which replicas share cached data, lists and the quota; needs `REDIS_PEPPER` too; not set: each process has its own cache and its part of the quota',
    default: null,
    schema: redisUrl,
    hidden: true,
  },
  REDIS_PEPPER: {
    option: 'redis.pepper',
    meaning:
      'secret of this installation, the same on all replicas: at least 32 random characters; needed with `REDIS_URL`; data in Redis is encrypted with keys that are derived from it and a credential',
    default: null,
    schema: pepper,
    hidden: true,
  },
  REPLICAS: {
    option: 'upstream.replicas',
    meaning:
      'number of gateway processes that spend the same quota; without Redis, each spends an equal part of the quota',
    default: '1',
    ...wholeNumber(1, 1000),
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets the key type
export const settingNames = Object.keys(settings) as readonly SettingName[];
/** Settings that are secrets, or may contain one. Their values may be in files (`<NAME>_FILE`). */
export const secretSettings: readonly SettingName[] = settingNames.filter(
  (name) => 'hidden' in settings[name],
);

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Value of each setting; null when it is not set and has no default. */
export type SettingValues = {
  readonly [Name in SettingName]:
    | Infer<(typeof settings)[Name]['schema']>
    | ((typeof settings)[Name]['default'] extends string ? never : null);
};

/** Settings of TTLs, one per kind of data, with these defaults. */
export function ttlSettings(defaults: Ttls) {
  const entries = Object.entries(defaults).map(([name, seconds]) => {
    const words = name.toLowerCase().split('_');
    const setting = {
      option: `cache.ttlSeconds.${inCamelCase(words)}`,
      meaning: `time for which ${words.join(' ')} data is fresh in the cache; 0: it is not cached`,
      default: String(seconds),
      ...duration('seconds', 0, 86_400),
    };
    return [ttlSetting(name), setting] as const;
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.fromEntries forgets the key type
  return Object.fromEntries(entries) as Record<TtlSetting, (typeof entries)[number][1]>;
}

function inCamelCase(words: readonly string[]): string {
  return words
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('');
}

type TtlSetting = `CACHE_TTL_${TtlName}_SECONDS`;

export function ttlSetting<Name extends string>(name: Name) {
  return `CACHE_TTL_${name}_SECONDS` as const;
}

/** Setting as the table has it, by its general type. */
export function settingOf(name: SettingName): Setting {
  return settings[name];
}

/** True when a setting is not empty, even if its value is invalid. */
export type IsSet = (name: SettingName) => boolean;

/** Credentials of the gateway. Without them, each caller's own token is sent to the configured upstream. */
export const ownCredentials = [
  'GENESYSCLOUD_OAUTHCLIENT_ID',
  'GENESYSCLOUD_OAUTHCLIENT_SECRET',
  'GENESYSCLOUD_ACCESS_TOKEN',
] as const satisfies SettingName[];
export const tokenSettings = [
  'AUTH_JWKS_URL',
  'AUTH_ISSUER',
  'AUTH_AUDIENCE',
] as const satisfies SettingName[];
/** Settings that authenticate callers. */
export const authenticating = [...tokenSettings, 'AUTH_API_KEY_HASHES'] as const satisfies SettingName[];
export const callerSettings = [...authenticating, 'AUTH_PII_SCOPE'] as const satisfies SettingName[];
