import type { Err } from '@badrap/valita';
import { type TtlName, ttls } from '../datasources/default-ttls.ts';
import { type Cardinalities, usualCardinalities } from './cardinalities.ts';
import { type IsSet, ttlSetting, type SettingName, settings, type SettingValues } from './settings.ts';
import { type UpstreamConfig, upstreamOf } from './upstream.ts';
import { type AuthenticationConfig, authenticationOf } from './callers.ts';

/** Limits of a query. */
export interface QueryLimits {
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxTokens: number;
  readonly maxRootFields: number;
}

/** Redis that replicas share their data in. */
interface RedisConfig {
  readonly url: string;
  readonly pepper: string;
}

/** Queries that clients can send by id. */
export interface TrustedDocumentsConfig {
  /** `only` when other queries are rejected. */
  readonly mode: 'prefer' | 'only';
  /** Path of the manifest. */
  readonly file: string;
}

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Time for which a client's connection without a request stays open. */
  readonly keepAliveSeconds: number;
  /** Null for the embedded sandbox. */
  readonly upstream: UpstreamConfig | null;
  /** Null when callers do not authenticate to the gateway. */
  readonly authentication: AuthenticationConfig | null;
  /** Scope that callers need to see personal data; null when every caller may. */
  readonly personalDataScope: string | null;
  /** Host names accepted besides those of loopback, in lower case; null when not set. */
  readonly allowedHosts: readonly string[] | null;
  readonly requestTimeoutMs: number;
  readonly upstreamTimeoutMs: number;
  readonly upstreamBatchSize: number;
  readonly upstreamConcurrency: number;
  readonly maxUpstreamCalls: number;
  /** Most values, objects and list elements in one answer. */
  readonly maxAnswerFields: number;
  /** Counts that the plan of a query assumes where it cannot know them. */
  readonly cardinalities: Cardinalities;
  readonly interactionsWindowMs: number;
  readonly interactionsMaxAgeMs: number;
  readonly cacheMaxBytes: number;
  readonly ttlSeconds: Readonly<Record<TtlName, number>>;
  readonly identityProofSeconds: number;
  readonly queryLimits: QueryLimits;
  readonly maxBodyBytes: number;
  /** Null when every query is sent as text. */
  readonly trustedDocuments: TrustedDocumentsConfig | null;
  /** True when clients may learn the schema: by introspection, and by suggestions in errors. */
  readonly introspection: boolean;
  readonly graphiql: boolean;
  /** True when routers of a federated graph may query entities. */
  readonly subgraph: boolean;
  /** Origins of web pages that may read answers. */
  readonly corsOrigins: readonly string[];
  /** True when requests may ask for a usage report of their upstream calls. */
  readonly upstreamReport: boolean;
  readonly logLevel: SettingValues['LOG_LEVEL'];
  /** Null when no metrics are collected. */
  readonly metricsPort: number | null;
  /** Base URL; null when no traces are made. */
  readonly otlpEndpoint: string | null;
  readonly tracesSampler: NonNullable<SettingValues['OTEL_TRACES_SAMPLER']>;
  /** Share of requests for ratio samplers, 0 to 1. */
  readonly tracesRatio: number;
  readonly drainSeconds: number;
  /** Null when processes share nothing. */
  readonly redis: RedisConfig | null;
  /** Number of processes that spend the same quota. */
  readonly replicas: number;
}

type Environment = Readonly<Record<string, string | undefined>>;
/** All problems of the environment at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/**
 * Configuration from the environment.
 *
 * @throws ConfigError with every problem at once.
 */
export function parseConfig(env: Environment): Config {
  const problems: string[] = [];
  const values = readSettings(env, problems);
  const isSet = (name: SettingName) => Boolean(env[name]?.trim());
  const upstream = upstreamOf(values, isSet, problems);
  const authentication = authenticationOf(values, isSet, problems);
  const trustedDocuments = trustedDocumentsOf(values, isSet, problems);
  const redis = redisOf(values, isSet, problems);
  const introspection = isOn(values.INTROSPECTION, trustedDocuments?.mode !== 'only');
  if (!introspection && values.GRAPHIQL === 'on') {
    problems.push(
      `GRAPHIQL cannot be on without introspection, which ${values.INTROSPECTION === 'off' ? 'INTROSPECTION=off' : 'TRUSTED_DOCUMENTS=only'} switches off.`,
    );
  }
  // Invalid values are already reported; the defaults in their place are not worth comparing.
  const wereRead = !problems.some((problem) => problem.startsWith('INTERACTIONS_'));
  if (wereRead && values.INTERACTIONS_MAX_AGE_MS < values.INTERACTIONS_WINDOW_MS) {
    problems.push(
      `INTERACTIONS_MAX_AGE_MS must be at least INTERACTIONS_WINDOW_MS, which is ${values.INTERACTIONS_WINDOW_MS}; it is ${values.INTERACTIONS_MAX_AGE_MS}.`,
    );
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze({
    port: values.PORT,
    host: values.HOST,
    keepAliveSeconds: values.KEEP_ALIVE_SECONDS,
    upstream,
    authentication,
    personalDataScope: values.AUTH_PII_SCOPE,
    allowedHosts: values.ALLOWED_HOSTS && Object.freeze(values.ALLOWED_HOSTS),
    requestTimeoutMs: values.REQUEST_TIMEOUT_MS,
    upstreamTimeoutMs: values.UPSTREAM_TIMEOUT_MS,
    upstreamBatchSize: values.UPSTREAM_BATCH_SIZE,
    upstreamConcurrency: values.UPSTREAM_CONCURRENCY,
    maxUpstreamCalls: values.MAX_UPSTREAM_CALLS,
    maxAnswerFields: values.MAX_ANSWER_FIELDS,
    cardinalities: values.PLAN_CARDINALITIES ?? usualCardinalities,
    interactionsWindowMs: values.INTERACTIONS_WINDOW_MS,
    interactionsMaxAgeMs: values.INTERACTIONS_MAX_AGE_MS,
    cacheMaxBytes: values.CACHE_MAX_BYTES,
    ttlSeconds: Object.freeze(ttlSecondsOf(values)),
    identityProofSeconds: values.IDENTITY_PROOF_SECONDS,
    queryLimits: Object.freeze({
      maxDepth: values.MAX_DEPTH,
      maxAliases: values.MAX_ALIASES,
      maxTokens: values.MAX_TOKENS,
      maxRootFields: values.MAX_ROOT_FIELDS,
    }),
    maxBodyBytes: values.MAX_BODY_BYTES,
    trustedDocuments,
    introspection,
    graphiql: isOn(values.GRAPHIQL, introspection),
    subgraph: values.SUBGRAPH === '1',
    corsOrigins: Object.freeze(values.CORS_ORIGINS ?? []),
    upstreamReport: isOn(values.UPSTREAM_REPORT, upstream === null),
    logLevel: values.LOG_LEVEL,
    metricsPort: values.METRICS_PORT,
    otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
    tracesSampler: values.OTEL_TRACES_SAMPLER ?? 'parentbased_always_on',
    tracesRatio: values.OTEL_TRACES_SAMPLER_ARG,
    drainSeconds: values.DRAIN_SECONDS,
    redis,
    replicas: values.REPLICAS,
  });
}

function isOn(value: 'on' | 'off' | null, preset: boolean): boolean {
  return value === null ? preset : value === 'on';
}

function readSettings(env: Environment, problems: string[]): SettingValues {
  const values: Partial<Record<SettingName, SettingValues[SettingName]>> = {};
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets the key type
  for (const name of Object.keys(settings) as SettingName[]) {
    const { schema, default: preset, ...setting } = settings[name];
    values[name] = preset === null ? null : schema.parse(preset);
    const text = env[name]?.trim();
    if (!text) continue;
    const parsed = schema.try(text);
    if (parsed.ok) values[name] = parsed.value;
    else {
      const shown = 'hidden' in setting ? 'the value given' : JSON.stringify(text);
      problems.push(`${name} ${messageOf(parsed.issues)}; it is ${shown}.`);
    }
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each name was read by its own schema
  return values as SettingValues;
}

/** Every check of a setting has a message of its own. */
function messageOf(issues: Err['issues']): string {
  return issues.map((issue) => ('message' in issue ? issue.message : issue.code)).join(', ');
}

function ttlSecondsOf(values: SettingValues): Record<TtlName, number> {
  const seconds: Record<TtlName, number> = { ...ttls };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets the key type
  for (const name of Object.keys(ttls) as TtlName[]) seconds[name] = values[ttlSetting(name)];
  return seconds;
}

function trustedDocumentsOf(
  { TRUSTED_DOCUMENTS: mode, TRUSTED_DOCUMENTS_FILE: file }: SettingValues,
  isSet: IsSet,
  problems: string[],
): TrustedDocumentsConfig | null {
  if (mode === 'off') {
    if (file !== null && !isSet('TRUSTED_DOCUMENTS')) {
      problems.push('TRUSTED_DOCUMENTS must be set with TRUSTED_DOCUMENTS_FILE: to prefer, only or off.');
    }
    return null;
  }
  if (file !== null) return Object.freeze({ mode, file });
  problems.push(`TRUSTED_DOCUMENTS_FILE must be set with TRUSTED_DOCUMENTS=${mode}.`);
  return null;
}

function redisOf(
  { REDIS_URL: url, REDIS_PEPPER: pepper }: SettingValues,
  isSet: IsSet,
  problems: string[],
): RedisConfig | null {
  if (isSet('REDIS_URL') !== isSet('REDIS_PEPPER')) {
    problems.push('REDIS_URL and REDIS_PEPPER must be set together: nothing is kept in Redis in clear.');
  }
  return url === null || pepper === null ? null : Object.freeze({ url, pepper });
}
