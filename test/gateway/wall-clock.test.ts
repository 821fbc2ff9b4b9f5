import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import { assembleGateway } from '../../src/gateway.ts';
import type { Fault } from '../../src/sandbox/fault.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { clockForTest } from '../property/identities-clock.ts';
import { onlyError } from '../support/answers.ts';
import { compileAtHit, type GraphQLAnswer, graphqlRequest, USUALLY_KEPT } from '../support/gateway.ts';
import { issuerForTest, issuerKey, signed } from '../support/issuer.ts';
import { supervisorsOrganisation } from '../support/organisation.ts';

const HOUR_MS = 3_600_000;
const USER = '{ user(id: "user-1") { email } }';
const QUEUE = '{ queue(id: "queue-1") { description } }';
const SCRIPT = '{ script(id: "script-1") { startPageName } }';

afterEach(() => {
  vi.useRealTimers();
});

/** Sets the wall clock of this process back, and stops it. */
function setBack(): void {
  const now = Date.now();
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(now - HOUR_MS);
}

/** Gateway with its own login, for callers with tokens. Only its upstream does not share its wall clock. */
async function gatewayOfCallers() {
  const clock = clockForTest();
  const startedAtMs = Date.now() - performance.now();
  const sandbox = await startSandbox({
    organisation: supervisorsOrganisation(),
    now: () => startedAtMs + performance.now(),
  });
  onTestFinished(() => sandbox.close());
  const key = await issuerKey('key-1');
  const { env, reads } = await issuerForTest(key);
  const config = parseConfig({
    GENESYSCLOUD_API_URL: sandbox.url,
    GENESYSCLOUD_LOGIN_URL: sandbox.url,
    GENESYSCLOUD_OAUTHCLIENT_ID: 'sandbox',
    GENESYSCLOUD_OAUTHCLIENT_SECRET: 'sandbox',
    ...USUALLY_KEPT,
    CACHE_TTL_USER_SECONDS: '100',
    IDENTITY_PROOF_SECONDS: '3600',
    ...env,
  });
  const gateway = assembleGateway({ config, ...compileAtHit() });
  onTestFinished(() => gateway.dispose());
  const [valid, madeUp] = [await signed(key), await signed(key, {}, { kid: 'made-up' })];

  async function ask(query: string, token = valid): Promise<GraphQLAnswer> {
    const response = await gateway.fetch(graphqlRequest(query, {}, token));
    return JSON.parse(await response.text());
  }

  return {
    clock,
    faults: sandbox.faults,
    /** Error code of a query, or `none`; and the resources that it called, the issuer's keys included. */
    outcome: async (query: string, token?: string): Promise<[code: string, called: readonly string[]]> => {
      const answer = await ask(query, token);
      const code = answer.errors === undefined ? 'none' : onlyError(answer).extensions.code;
      const called: string[] = sandbox.requests.splice(0).map(({ resource }) => resource);
      return [code, [...called, ...Array.from({ length: reads() }, () => 'keys')]];
    },
    madeUp,
  };
}

/** Answer after which the quota is used up for 42 seconds. */
const usedUp: Fault = {
  kind: 'status',
  resource: 'scripts',
  status: 200,
  body: { id: 'script-1' },
  headers: { 'inin-ratelimit-count': '300', 'inin-ratelimit-allowed': '300', 'inin-ratelimit-reset': '42' },
};

test.each([
  ['runs on', () => undefined],
  ['is set back by an hour', setBack],
])('keys of tokens, caches and quotas last as long when the wall clock %s', async (_what, change) => {
  const { clock, faults, outcome, madeUp } = await gatewayOfCallers();
  expect(await outcome(USER)).toEqual(['none', ['login', 'users', 'keys']]);
  change();
  // The user is cached, and an unknown key waits for the end of the pause.
  expect(await outcome(USER)).toEqual(['none', []]);
  expect(await outcome(USER, madeUp)).toEqual(['UNAUTHENTICATED', []]);
  clock.skip(31_000);
  expect(await outcome(USER, madeUp)).toEqual(['UNAUTHENTICATED', ['keys']]);
  expect(await outcome(USER, madeUp)).toEqual(['UNAUTHENTICATED', []]);
  expect(await outcome(USER)).toEqual(['none', []]);
  // Twice the TTL of users is over.
  clock.skip(201_000);
  expect(await outcome(USER)).toEqual(['none', ['users']]);
  // The keys are ten minutes old.
  clock.skip(400_000);
  expect(await outcome(USER)).toEqual(['none', ['users', 'keys']]);
  faults.push(usedUp);
  expect(await outcome(SCRIPT)).toEqual(['none', ['scripts']]);
  expect(await outcome(QUEUE)).toEqual(['UPSTREAM_RATE_LIMITED', []]);
  clock.skip(43_000);
  expect(await outcome(QUEUE)).toEqual(['none', ['queues']]);
});

test.each<[string, () => void]>([
  ['runs on', () => undefined],
  ['is set back by an hour', setBack],
])('a circuit is open for as long when the wall clock %s', async (_what, change) => {
  const { clock, faults, outcome } = await gatewayOfCallers();
  faults.push({ kind: 'status', status: 500, resource: 'users' });
  for (let n = 0; n < 10; n += 1) await outcome(USER);
  expect(await outcome(USER)).toEqual(['UPSTREAM_UNAVAILABLE', []]);
  faults.pop();
  change();
  clock.skip(5_001);
  expect(await outcome(USER)).toEqual(['none', ['users']]);
});
