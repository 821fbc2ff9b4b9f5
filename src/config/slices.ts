import type { AuthenticationConfig } from './callers.ts';
import type { Cardinalities } from './cardinalities.ts';
import type { NetworkConfig } from './network.ts';
import type { SettingValues } from './settings.ts';
import type { Ttls } from './ttls.ts';
import type { UpstreamTarget } from './upstream.ts';

/** The listener and the requests that it takes. */
export interface ServerConfig {
  readonly port: number;
  readonly host: string;
  /** Time for which a client's connection without a request stays open. */
  readonly keepAliveSeconds: number;
  /** Time for a client to send the headers of a request. */
  readonly headersTimeoutMs: number;
  /** Time for a client to send a request with its body. */
  readonly bodyTimeoutMs: number;
  /** Time for a client to read an answer. */
  readonly sendTimeoutMs: number;
  /** Most open connections. */
  readonly maxConnections: number;
  /** Most requests that are worked on at the same time. */
  readonly maxRequestsInFlight: number;
  readonly drainSeconds: number;
  /** Host names accepted besides those of loopback, in lower case; null when not set. */
  readonly allowedHosts: readonly string[] | null;
  /** Origins of web pages that may read answers. */
  readonly corsOrigins: readonly string[];
  /** True when those of this machine may, on any port: what the sandbox tells is invented. */
  readonly loopbackOrigins: boolean;
  readonly maxBodyBytes: number;
  readonly graphiql: boolean;
}

/** The REST API and its quota. */
export interface UpstreamConfig {
  /** Null for the embedded sandbox. */
  readonly target: UpstreamTarget | null;
  readonly timeoutMs: number;
  /** Most concurrent calls of one identity. */
  readonly concurrency: number;
  /** Most connections for API calls at once, of all identities. */
  readonly connections: number;
  /** Most connections to the origin of logins, and to that of signing keys. */
  readonly connectionsForLogins: number;
  /** Number of processes that spend the same quota. */
  readonly replicas: number;
  /** Null where each identity is one caller. */
  readonly callerShares: CallerSharesConfig | null;
}

/** How callers share the quota of the gateway's own credential. */
export interface CallerSharesConfig {
  /** Share of a window that is kept for callers who have not come yet. */
  readonly reserve: number;
  /** Number of callers that there can be; null when it is not known. */
  readonly mostCallers: number | null;
}

/** Calls for entities and lists. */
export interface LoadingConfig {
  readonly batchSize: number;
  readonly interactionsWindowMs: number;
  readonly interactionsMaxAgeMs: number;
}

/** Data kept between requests. */
export interface CacheConfig {
  readonly maxBytes: number;
  /** Capacity for lists of interactions, which are kept for seconds. */
  readonly maxListBytes: number;
  readonly ttlSeconds: Ttls;
  /** Time for which data is shown after the upstream last accepted the credential. */
  readonly identityProofSeconds: number;
}

/** Limits of a query. */
export interface QueryLimits {
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxTokens: number;
  readonly maxRootFields: number;
}

/** Queries that clients can send by id. */
export interface TrustedDocumentsConfig {
  /** `only` when other queries are rejected. */
  readonly mode: 'prefer' | 'only';
  /** Path of the manifest. */
  readonly file: string;
}

/** Operations that are accepted, and what one may cost. */
export interface OperationsConfig {
  readonly limits: QueryLimits;
  readonly requestTimeoutMs: number;
  readonly maxUpstreamCalls: number;
  /** Most values, objects and list elements in one answer. */
  readonly maxAnswerFields: number;
  /** Most bytes of one answer. */
  readonly maxAnswerBytes: number;
  /** Most bytes that answers take together, made and unread. */
  readonly maxBytesInFlight: number;
  /** Counts that the plan of a query assumes where it cannot know them. */
  readonly cardinalities: Cardinalities;
  /** Null when every query is sent as text. */
  readonly trustedDocuments: TrustedDocumentsConfig | null;
  /** True when clients may learn the schema: by introspection, and by suggestions in errors. */
  readonly introspection: boolean;
  /** True when requests may ask for a usage report of their upstream calls. */
  readonly upstreamReport: boolean;
}

/** Callers and what they may see. */
export interface AuthConfig {
  /** Null when callers do not authenticate to the gateway. */
  readonly authentication: AuthenticationConfig | null;
  /** Scope that callers need to see personal data; null when every caller may. */
  readonly personalDataScope: string | null;
}

/** The federated graph that the gateway is part of. */
export interface FederationConfig {
  /** True when routers of a federated graph may query entities. */
  readonly subgraph: boolean;
}

/** Redis that replicas share their data in. */
export interface RedisConfig {
  readonly url: string;
  readonly pepper: string;
}

/** Log, metrics and traces. */
export interface TelemetryConfig {
  readonly logLevel: SettingValues['LOG_LEVEL'];
  /** Null when no metrics are collected. */
  readonly metricsPort: number | null;
  /** Base URL; null when no traces are made. */
  readonly otlpEndpoint: string | null;
  readonly tracesSampler: NonNullable<SettingValues['OTEL_TRACES_SAMPLER']>;
  /** Share of requests for ratio samplers, 0 to 1. */
  readonly tracesRatio: number;
}

/** Configuration by the parts that read it. Each service takes its slice, or single values, never the whole. */
export interface Config {
  readonly server: ServerConfig;
  readonly network: NetworkConfig;
  readonly upstream: UpstreamConfig;
  readonly loading: LoadingConfig;
  readonly cache: CacheConfig;
  readonly operations: OperationsConfig;
  readonly auth: AuthConfig;
  readonly federation: FederationConfig;
  /** Null when processes share nothing. */
  readonly redis: RedisConfig | null;
  readonly telemetry: TelemetryConfig;
}
