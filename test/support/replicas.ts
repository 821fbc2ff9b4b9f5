import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Logger } from 'pino';
import { parseConfig } from '../../src/config/config.ts';
import type { Fault } from '../../src/sandbox/fault.ts';
import type { RateLimit } from '../../src/sandbox/rate-limit.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { assembleGateway, type AssembledGateway } from '../../src/gateway.ts';
import {
  callCounter,
  compileAtHit,
  type GraphQLAnswer,
  graphqlRequest,
  TOKEN,
  USUALLY_KEPT,
} from './gateway.ts';
import { supervisorsOrganisation } from './organisation.ts';
import type { TestRedis } from './redis.ts';

export const PEPPER = 'a pepper of these tests, long enough';

export interface Replica {
  readonly gateway: AssembledGateway;
  readonly query: (
    query: string,
    variables?: Readonly<Record<string, unknown>>,
    token?: string | null,
  ) => Promise<GraphQLAnswer & { readonly extensions?: { readonly upstream?: UpstreamTold } }>;
  /** Answer of `/ready`. */
  readonly ready: () => Promise<{
    readonly status: string;
    readonly checks: Readonly<Record<string, string>>;
  }>;
}

/** `extensions.upstream` of an answer. */
interface UpstreamTold {
  readonly calls: readonly { readonly resource: string; readonly keys: number }[];
  readonly fromCache: readonly { readonly type: string; readonly count: number }[];
  readonly quota: { readonly allowed: number; readonly used: number } | null;
}

interface ReplicasOptions {
  readonly count?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly faults?: readonly Fault[];
  readonly tokens?: readonly string[];
  readonly latencyMs?: number;
  readonly rateLimit?: RateLimit;
  readonly log?: Logger;
  /** True when the replicas log in by themselves. @default false */
  readonly isService?: boolean;
  /** @default 5000, longer than a busy machine takes, so that calls can be counted */
  readonly redisTimeoutMs?: number;
}

/** Gateways over one sandbox and one Redis, as separate as processes. */
export async function replicasForTest(redis: TestRedis, options: ReplicasOptions = {}) {
  const sandbox = await sandboxOf(options);
  const replicas = Array.from({ length: options.count ?? 2 }, () => replicaForTest(redis, sandbox, options));
  await Promise.all(replicas.map(untilItSharesWithRedis));
  return { sandbox, replicas, calls: callCounter(sandbox) };
}

async function sandboxOf(options: ReplicasOptions): Promise<Sandbox> {
  const sandbox = await startSandbox({
    organisation: supervisorsOrganisation(),
    faults: options.faults ?? [],
    tokens: [TOKEN, ...(options.tokens ?? [])],
    latencyMs: options.latencyMs ?? 0,
    rateLimit: options.rateLimit ?? { allowed: 100_000, windowSeconds: 60 },
  });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

export function replicaForTest(
  redis: Pick<TestRedis, 'url'>,
  sandbox: Sandbox,
  {
    env = {},
    log,
    isService = false,
    redisTimeoutMs = 5_000,
  }: Pick<ReplicasOptions, 'env' | 'log' | 'isService' | 'redisTimeoutMs'> = {},
): Replica {
  const config = parseConfig({
    GENESYSCLOUD_API_URL: sandbox.url,
    REDIS_URL: redis.url,
    REDIS_PEPPER: PEPPER,
    UPSTREAM_REPORT: 'on',
    ...(isService && {
      GENESYSCLOUD_LOGIN_URL: sandbox.url,
      GENESYSCLOUD_OAUTHCLIENT_ID: 'sandbox',
      GENESYSCLOUD_OAUTHCLIENT_SECRET: 'sandbox',
    }),
    ...USUALLY_KEPT,
    ...env,
  });
  const gateway = assembleGateway({ config, redisTimeoutMs, log, ...compileAtHit() });
  onTestFinished(() => gateway.dispose());
  return {
    gateway,
    async query(query, variables = {}, token = TOKEN) {
      const request = graphqlRequest(query, variables, token);
      request.headers.set('x-upstream-report', '1');
      return JSON.parse(await (await gateway.fetch(request)).text());
    },
    async ready() {
      return JSON.parse(await (await gateway.fetch(new Request('http://localhost/ready'))).text());
    },
  };
}

/** Resolves once `/ready` reports that the replica uses Redis. */
export async function untilItSharesWithRedis({ ready }: Replica): Promise<void> {
  for (;;) {
    const { checks } = await ready();
    if (checks['redis'] === 'ok') return;
    await delay(10);
  }
}
