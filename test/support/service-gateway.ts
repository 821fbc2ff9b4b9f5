import type { Logger } from 'pino';
import { onTestFinished } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import type { Fault } from '../../src/sandbox/fault.ts';
import type { RateLimit } from '../../src/sandbox/rate-limit.ts';
import type { ResourceName } from '../../src/sandbox/resource-names.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { assembleGateway, type AssembledGateway } from '../../src/gateway.ts';
import { compileAtHit, type GraphQLAnswer, graphqlRequest, keepingAsWanted } from './gateway.ts';
import { supervisorsOrganisation } from './organisation.ts';

type Headers = Readonly<Record<string, string>>;

export interface ServiceGateway {
  readonly gateway: AssembledGateway;
  readonly sandbox: Sandbox;
  /** Sends a query with these headers. */
  readonly ask: (query: string, headers?: Headers) => Promise<GraphQLAnswer>;
  /** Number of calls per resource since the last `calls()`, logins included. */
  readonly calls: () => Partial<Record<ResourceName | 'login', number>>;
}

interface ServiceGatewayOptions {
  readonly log?: Logger;
  readonly clock?: Clock;
  /** @default that of the sandbox */
  readonly rateLimit?: RateLimit;
}

/** A gateway that logs in to a sandbox by itself. Both are closed with the test. */
export async function serviceGatewayForTest(
  env: Readonly<Record<string, string>>,
  faults: readonly Fault[] = [],
  { log, clock, rateLimit }: ServiceGatewayOptions = {},
): Promise<ServiceGateway> {
  const sandbox = await startSandbox({
    organisation: supervisorsOrganisation(),
    faults,
    ...(rateLimit && { rateLimit }),
    ...(clock && { now: () => clock.epochMs() }),
  });
  onTestFinished(() => sandbox.close());
  const config = parseConfig({
    GENESYSCLOUD_API_URL: sandbox.url,
    GENESYSCLOUD_LOGIN_URL: sandbox.url,
    GENESYSCLOUD_OAUTHCLIENT_ID: 'sandbox',
    GENESYSCLOUD_OAUTHCLIENT_SECRET: 'sandbox',
    ...keepingAsWanted,
    ...env,
  });
  const gateway = assembleGateway({ config, log, clock, ...compileAtHit() });
  onTestFinished(() => gateway.dispose());
  return {
    gateway,
    sandbox,
    async ask(query, headers = {}) {
      const request = graphqlRequest(query, {}, null);
      for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
      const response = await gateway.fetch(request);
      const text = await response.text();
      if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${text}`);
      return JSON.parse(text);
    },
    calls() {
      const counts: Partial<Record<ResourceName | 'login', number>> = {};
      for (const { resource } of sandbox.requests) counts[resource] = (counts[resource] ?? 0) + 1;
      sandbox.requests.length = 0;
      return counts;
    },
  };
}

/** Authorization header with a bearer token or an API key. */
export function bearer(token: string): Headers {
  return { authorization: `Bearer ${token}` };
}
