import { onTestFinished } from 'vitest';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { parseConfig } from '../../src/config/config.ts';
import type { GatewayMetrics } from '../../src/observability/metrics/gateway-metrics.ts';
import { parseTrustedDocuments } from '../../src/operations/trusted-documents.ts';
import type { Fault } from '../../src/sandbox/fault.ts';
import type { Organisation } from '../../src/sandbox/organisation.ts';
import type { RateLimit } from '../../src/sandbox/rate-limit.ts';
import type { ResourceName } from '../../src/sandbox/resource-names.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { assembleGateway, type AssembledGateway } from '../../src/gateway.ts';
import { servedSchema } from '../../src/federation/served-schema.ts';
import { supervisorsOrganisation } from './organisation.ts';

/** A token that every sandbox of these tests accepts without a login. */
export const TOKEN = 'token-of-a-caller';

/** Settings without caches, for tests that count repeated calls to the upstream. */
export const NOTHING_KEPT = {
  CACHE_MAX_BYTES: '0',
  INTERACTIONS_WINDOW_MS: '0',
  INTERACTIONS_MAX_AGE_MS: '0',
} as const;

/** Settings that lift the limits on queries, for tests of something else. */
export const ANY_SIZE = {
  MAX_DEPTH: '100',
  MAX_ALIASES: '10000',
  MAX_TOKENS: '100000',
  MAX_ROOT_FIELDS: '1000',
  MAX_UPSTREAM_CALLS: '10000',
  // Counts of the test organisation: with the defaults, calls for one entity each would exceed any limit.
  PLAN_CARDINALITIES:
    'campaignsPerPage=4,usersPerList=30,queuesPerList=10,skillsPerList=10,scriptsPerList=5,participantsPerConversation=4',
} as const;

/** Default cache settings, as empty settings are, also in a run with CACHES=off. */
export const USUALLY_KEPT = {
  CACHE_MAX_BYTES: '',
  INTERACTIONS_WINDOW_MS: '',
  INTERACTIONS_MAX_AGE_MS: '',
} as const satisfies Record<keyof typeof NOTHING_KEPT, ''>;

/** Cache settings of this run: all tests have to pass with caches and without. */
export const keepingAsWanted = process.env['CACHES'] === 'off' ? NOTHING_KEPT : {};

interface TestGatewayOptions {
  readonly organisation?: Organisation;
  readonly faults?: readonly Fault[];
  /** Path of GraphQL. @default '/graphql' */
  readonly endpoint?: string;
  /** Settings of the gateway's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Further tokens that the sandbox accepts. */
  readonly tokens?: readonly string[];
  readonly latencyMs?: number;
  /** @default 100,000 calls in 60 s, which no test reaches */
  readonly rateLimit?: RateLimit;
  /** Trusted documents by their ids. */
  readonly manifest?: Readonly<Record<string, string>>;
  /** Log of the gateway. @default none */
  readonly log?: Logger;
  /** Metrics of the gateway. @default none */
  readonly metrics?: GatewayMetrics;
  /** Clock of the gateway and the sandbox. @default the machine's */
  readonly clock?: Clock;
  /** @default the schema that is served */
  readonly schema?: GraphQLSchema;
  /** Number of the hit that compiles an operation. @default COMPILE_AT_HIT of the environment, or else the gateway's own */
  readonly compileAtHit?: number;
}

export interface GraphQLAnswer {
  /** Parsed JSON, untyped so that tests can reach into it. */
  // oxlint-disable-next-line typescript/no-explicit-any -- each query has its own shape
  readonly data?: any;
  readonly errors?: readonly AnsweredError[];
}

export interface AnsweredError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly extensions: {
    readonly code: string;
    readonly upstreamStatus?: number;
    readonly correlationId?: string;
    readonly missingPermissions?: readonly string[];
    readonly requiredPermissions?: readonly string[];
    readonly retryAfterSeconds?: number;
    readonly limit?: string;
    readonly asked?: number;
    readonly allowed?: number;
    readonly plan?: readonly { readonly resource: string; readonly calls: number }[];
    readonly affected?: {
      readonly type: string;
      readonly ids: string[];
      readonly paths: string[];
      readonly also?: readonly { readonly type: string; readonly ids: string[] }[];
    };
  };
}

export interface TestGateway {
  readonly gateway: AssembledGateway;
  readonly sandbox: Sandbox;
  /** Sends a query with a caller's token. A null token sends no Authorization header. */
  readonly query: (
    query: string,
    variables?: Readonly<Record<string, unknown>>,
    token?: string | null,
  ) => Promise<GraphQLAnswer>;
  /** Number of calls per resource since the last `calls()`. */
  readonly calls: () => Partial<Record<ResourceName, number>>;
}

/** A gateway in pass-through mode over a sandbox. Both are closed with the test. */
export async function gatewayForTest(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const started = await startTestGateway(options);
  onTestFinished(() => started.close());
  return started;
}

/** `gatewayForTest` with nothing kept from one request to the next. */
export function forgetfulGatewayForTest(options: TestGatewayOptions = {}): Promise<TestGateway> {
  return gatewayForTest({ ...options, env: { ...NOTHING_KEPT, ...options.env } });
}

/** `gatewayForTest` with the default caches, also in a run with CACHES=off. */
export function keepingGatewayForTest(options: TestGatewayOptions = {}): Promise<TestGateway> {
  return gatewayForTest({ ...options, env: { ...USUALLY_KEPT, ...options.env } });
}

/** `gatewayForTest` for many gateways in one test: the caller closes each. */
export async function startTestGateway(
  options: TestGatewayOptions = {},
): Promise<TestGateway & { close: () => Promise<void> }> {
  const { clock } = options;
  const sandbox = await startSandbox({
    organisation: options.organisation ?? supervisorsOrganisation(),
    faults: options.faults ?? [],
    tokens: [TOKEN, ...(options.tokens ?? [])],
    latencyMs: options.latencyMs ?? 0,
    rateLimit: options.rateLimit ?? { allowed: 100_000, windowSeconds: 60 },
    ...(clock && { now: () => clock.epochMs() }),
  });
  const config = parseConfig({
    GENESYSCLOUD_API_URL: sandbox.url,
    ...keepingAsWanted,
    ...(options.manifest && { TRUSTED_DOCUMENTS: 'prefer', TRUSTED_DOCUMENTS_FILE: 'manifest.json' }),
    ...options.env,
  });
  const schema = options.schema ?? (await servedSchema(config.federation));
  const documents =
    options.manifest &&
    parseTrustedDocuments(JSON.stringify(options.manifest), 'manifest.json', schema, config.operations);
  const gateway = assembleGateway(
    {
      config,
      endpoint: options.endpoint,
      documents,
      log: options.log,
      metrics: options.metrics,
      clock,
      ...compileAtHit(options.compileAtHit),
    },
    schema,
  );
  return {
    gateway,
    sandbox,
    async close() {
      await gateway.dispose();
      await sandbox.close();
    },
    async query(query, variables = {}, token = TOKEN) {
      const response = await gateway.fetch(graphqlRequest(query, variables, token));
      return JSON.parse(await response.text());
    },
    calls: callCounter(sandbox),
  };
}

/** Gateway config of this run: COMPILE_AT_HIT compiles every operation, or none. */
export function compileAtHit(wanted?: number): { readonly compileAtHit?: number } {
  const hit = wanted ?? process.env['COMPILE_AT_HIT'];
  return hit === undefined ? {} : { compileAtHit: Number(hit) };
}

export function graphqlRequest(
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  token: string | null = TOKEN,
): Request {
  return new Request('http://localhost/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
}

/** Counts the requests to each resource since the last count. */
export function callCounter(sandbox: Sandbox): () => Partial<Record<ResourceName, number>> {
  return () => {
    const counts: Partial<Record<ResourceName, number>> = {};
    for (const { resource } of sandbox.requests) counts[resource] = (counts[resource] ?? 0) + 1;
    sandbox.requests.length = 0;
    return counts;
  };
}
