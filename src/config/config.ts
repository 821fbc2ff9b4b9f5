import { getHeapStatistics } from 'node:v8';
import type { Err } from '@badrap/valita';
import { usualCardinalities } from './cardinalities.ts';
import { ConfigError } from './config-error.ts';
import { givenByEnvironment } from './environment.ts';
import { type GivenSettings, givenSettings } from './given.ts';
import { givenByOptions, optionOf } from './options.ts';
import {
  type Environment,
  type SettingName,
  settingNames,
  settings,
  type SettingValues,
  ttlSetting,
} from './settings.ts';
import { networkOf } from './network.ts';
import { type AuthenticationConfig, authenticationOf } from './callers.ts';
import type { CallerSharesConfig, Config, RedisConfig, TrustedDocumentsConfig } from './slices.ts';
import { type TtlName, ttls } from './ttls.ts';
import { type ConfigUse, targetOf } from './upstream.ts';

/** Connections that API calls leave to logins and reads of signing keys, of which few are under way at once. */
export const CONNECTIONS_FOR_LOGINS = 4;
/** Most bytes of lists in the cache; with a small heap, an eighth of it. */
export const MAX_LIST_BYTES = 96 * 1024 * 1024;

/**
 * Configuration from the environment.
 *
 * @throws ConfigError with every problem at once.
 */
export function parseConfig(env: Environment): Config {
  const problems: string[] = [];
  const given = givenSettings(givenByEnvironment(env, problems), new Map(), (name) => name);
  return orThrow(configOf(given, { ofProcess: { isProduction: isProduction(env) } }, problems), problems);
}

/**
 * Configuration from the options of the library (`SettingOptions`), without the environment.
 *
 * @throws ConfigError with every problem at once, each by the name of its option.
 */
export function configOfOptions(options: unknown): Config {
  const problems: string[] = [];
  const given = givenSettings(
    new Map(),
    givenByOptions(options, { file: null, lineOf: () => null }, problems),
    optionOf,
  );
  return orThrow(configOf(given, { ofProcess: null }, problems), problems);
}

export function isProduction(env: Environment): boolean {
  return env['NODE_ENV']?.trim() === 'production';
}

function orThrow(config: Config, problems: readonly string[]): Config {
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** Configuration of these settings. It is of use only if nothing was added to `problems`. */
export function configOf(given: GivenSettings, use: ConfigUse, problems: string[]): Config {
  const { nameOf } = given;
  const values = readSettings(given, problems);
  const target = targetOf(values, given, use, problems);
  const network = networkOf(values, given, problems);
  const authentication = authenticationOf(values, given, problems);
  const trustedDocuments = trustedDocumentsOf(values, given, problems);
  const redis = redisOf(values, given, problems);
  const introspection = values.INTROSPECTION ?? trustedDocuments?.mode !== 'only';
  if (!introspection && values.GRAPHIQL === true) {
    problems.push(
      `${nameOf('GRAPHIQL')} cannot be on without introspection, which ${values.INTROSPECTION === false ? `${nameOf('INTROSPECTION')}=off` : `${nameOf('TRUSTED_DOCUMENTS')}=only`} switches off.`,
    );
  }
  const timeoutMs = upstreamTimeoutOf(values, given, problems);
  if (values.METRICS_PORT !== null && values.METRICS_PORT !== 0 && values.METRICS_PORT === values.PORT) {
    problems.push(
      `${nameOf('METRICS_PORT')} must not be ${nameOf('PORT')}, which is ${values.PORT}: metrics have a port of their own.`,
    );
  }
  // Invalid values are already reported; the defaults in their place are not worth comparing.
  const wereRead = ['INTERACTIONS_MAX_AGE_MS', 'INTERACTIONS_WINDOW_MS'] as const;
  if (
    wereRead.every((name) => wasRead(problems, nameOf(name))) &&
    values.INTERACTIONS_MAX_AGE_MS < values.INTERACTIONS_WINDOW_MS
  ) {
    problems.push(
      `${nameOf('INTERACTIONS_MAX_AGE_MS')} must be at least ${nameOf('INTERACTIONS_WINDOW_MS')}, which is ${values.INTERACTIONS_WINDOW_MS}; it is ${values.INTERACTIONS_MAX_AGE_MS}.`,
    );
  }
  return frozen({
    server: {
      port: values.PORT,
      host: values.HOST,
      keepAliveSeconds: values.KEEP_ALIVE_SECONDS,
      headersTimeoutMs: values.HEADERS_TIMEOUT_MS,
      bodyTimeoutMs: values.BODY_TIMEOUT_MS,
      sendTimeoutMs: values.SEND_TIMEOUT_MS,
      maxConnections: values.MAX_CONNECTIONS,
      maxRequestsInFlight: values.MAX_REQUESTS_IN_FLIGHT,
      drainSeconds: values.DRAIN_SECONDS,
      allowedHosts: values.ALLOWED_HOSTS,
      corsOrigins: values.CORS_ORIGINS ?? [],
      loopbackOrigins: values.CORS_ORIGINS === null && target === null,
      maxBodyBytes: values.MAX_BODY_BYTES,
      graphiql: values.GRAPHIQL ?? introspection,
    },
    network,
    upstream: {
      target,
      timeoutMs,
      concurrency: values.UPSTREAM_CONCURRENCY,
      connections: values.UPSTREAM_CONNECTIONS - CONNECTIONS_FOR_LOGINS,
      connectionsForLogins: CONNECTIONS_FOR_LOGINS,
      replicas: values.REPLICAS,
      callerShares: callerSharesOf(authentication, values.CALLER_RESERVE),
    },
    loading: {
      batchSize: values.UPSTREAM_BATCH_SIZE,
      interactionsWindowMs: values.INTERACTIONS_WINDOW_MS,
      interactionsMaxAgeMs: values.INTERACTIONS_MAX_AGE_MS,
    },
    cache: {
      maxBytes: values.CACHE_MAX_BYTES,
      maxListBytes: Math.min(MAX_LIST_BYTES, partOfHeap(8)),
      ttlSeconds: ttlSecondsOf(values),
      identityProofSeconds: values.IDENTITY_PROOF_SECONDS,
    },
    operations: {
      limits: {
        maxDepth: values.MAX_DEPTH,
        maxAliases: values.MAX_ALIASES,
        maxTokens: values.MAX_TOKENS,
        maxRootFields: values.MAX_ROOT_FIELDS,
      },
      requestTimeoutMs: values.REQUEST_TIMEOUT_MS,
      maxUpstreamCalls: values.MAX_UPSTREAM_CALLS,
      maxAnswerFields: values.MAX_ANSWER_FIELDS,
      maxAnswerBytes: values.MAX_ANSWER_BYTES,
      maxBytesInFlight: values.MAX_BYTES_IN_FLIGHT ?? partOfHeap(3),
      cardinalities: values.PLAN_CARDINALITIES ?? usualCardinalities,
      trustedDocuments,
      introspection,
      upstreamReport: values.UPSTREAM_REPORT ?? target === null,
    },
    auth: { authentication, personalDataScope: values.AUTH_PII_SCOPE },
    federation: { subgraph: values.SUBGRAPH },
    redis,
    telemetry: {
      logLevel: values.LOG_LEVEL,
      metricsPort: values.METRICS_PORT,
      otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
      tracesSampler: values.OTEL_TRACES_SAMPLER ?? 'parentbased_always_on',
      tracesRatio: values.OTEL_TRACES_SAMPLER_ARG,
    },
  });
}

/** Null where there is one caller: everybody brings a credential of the upstream, or nobody is told from others. */
function callerSharesOf(
  authentication: AuthenticationConfig | null,
  reserve: number,
): CallerSharesConfig | null {
  if (authentication === null) return null;
  const { apiKeys, tokens } = authentication;
  if (tokens !== null) return { reserve, mostCallers: null };
  return apiKeys.length > 1 ? { reserve, mostCallers: apiKeys.length } : null;
}

/** Freezes a value and everything in it. */
function frozen<Value extends object>(value: Value): Value {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) frozen(inner);
  return Object.freeze(value);
}

/** True when no problem is about a setting: the default in the place of an invalid value is not worth comparing. */
function wasRead(problems: readonly string[], name: string): boolean {
  return !problems.some((problem) => problem.startsWith(`${name} `));
}

function readSettings({ textOf, nameOf }: GivenSettings, problems: string[]): SettingValues {
  const values: Partial<Record<SettingName, SettingValues[SettingName]>> = {};
  for (const name of settingNames) {
    const { schema, default: preset, ...setting } = settings[name];
    values[name] = preset === null ? null : schema.parse(preset);
    const text = textOf(name);
    if (text === undefined) continue;
    const parsed = schema.try(text);
    if (parsed.ok) values[name] = parsed.value;
    else {
      // A URL in the place of another value may hold a password or a token.
      const isSecret = 'hidden' in setting || 'maybeSecret' in setting || /[@?]/.test(text);
      const shown = isSecret ? 'the value given' : JSON.stringify(text);
      problems.push(`${nameOf(name)} ${namedIn(messageOf(parsed.issues), nameOf)}; it is ${shown}.`);
    }
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each name was read by its own schema
  return values as SettingValues;
}

/** Message with the setting that it points to, by the name by which that is given. */
function namedIn(message: string, nameOf: GivenSettings['nameOf']): string {
  return message.replaceAll('GENESYSCLOUD_API_URL', nameOf('GENESYSCLOUD_API_URL'));
}

/** Every check of a setting has a message of its own. */
function messageOf(issues: Err['issues']): string {
  return issues.map((issue) => ('message' in issue ? issue.message : issue.code)).join(', ');
}

/** One of so many equal parts of what the process may use as heap, in bytes. */
function partOfHeap(parts: number): number {
  return Math.floor(getHeapStatistics().heap_size_limit / parts);
}

function ttlSecondsOf(values: SettingValues): Record<TtlName, number> {
  const seconds: Record<TtlName, number> = { ...ttls };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets the key type
  for (const name of Object.keys(ttls) as TtlName[]) seconds[name] = values[ttlSetting(name)];
  return seconds;
}

/** A call is of no use after the request that waits for it. */
function upstreamTimeoutOf(
  { UPSTREAM_TIMEOUT_MS: ofCalls, REQUEST_TIMEOUT_MS: ofRequests }: SettingValues,
  { isSet, nameOf }: GivenSettings,
  problems: string[],
): number {
  const names = ['UPSTREAM_TIMEOUT_MS', 'REQUEST_TIMEOUT_MS'] as const;
  const wereRead = names.every((name) => wasRead(problems, nameOf(name)));
  if (wereRead && isSet('UPSTREAM_TIMEOUT_MS') && ofCalls > ofRequests) {
    problems.push(
      `${nameOf('UPSTREAM_TIMEOUT_MS')} must not be above ${nameOf('REQUEST_TIMEOUT_MS')}, which is ${ofRequests}; it is ${ofCalls}.`,
    );
  }
  return Math.min(ofCalls, ofRequests);
}

function trustedDocumentsOf(
  { TRUSTED_DOCUMENTS: mode, TRUSTED_DOCUMENTS_FILE: file }: SettingValues,
  { isSet, nameOf }: GivenSettings,
  problems: string[],
): TrustedDocumentsConfig | null {
  if (mode === 'off') {
    if (file !== null && !isSet('TRUSTED_DOCUMENTS')) {
      problems.push(
        `${nameOf('TRUSTED_DOCUMENTS')} must be set with ${nameOf('TRUSTED_DOCUMENTS_FILE')}: to prefer, only or off.`,
      );
    }
    return null;
  }
  if (file !== null) return { mode, file };
  problems.push(
    `${nameOf('TRUSTED_DOCUMENTS_FILE')} must be set with ${nameOf('TRUSTED_DOCUMENTS')}=${mode}.`,
  );
  return null;
}

function redisOf(
  { REDIS_URL: url, REDIS_PEPPER: pepper }: SettingValues,
  { isSet, nameOf }: GivenSettings,
  problems: string[],
): RedisConfig | null {
  if (isSet('REDIS_URL') !== isSet('REDIS_PEPPER')) {
    problems.push(
      `${nameOf('REDIS_URL')} and ${nameOf('REDIS_PEPPER')} must be set together: nothing is kept in Redis in clear.`,
    );
  }
  return url === null || pepper === null ? null : { url, pepper };
}
