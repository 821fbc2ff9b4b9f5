import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { NOTHING_KEPT, TOKEN } from '../support/gateway.ts';
import { CAMPAIGN_ID } from '../support/organisation.ts';
import { runningGateway, sandboxForTest } from '../support/running-gateway.ts';

const CLIENTS = 50;

/** Queries with small and large answers in turn. */
const queries = Array.from({ length: CLIENTS }, (_, n) =>
  n % 2 === 0
    ? `{ user(id: "user-${n % 20}") { name email } }`
    : `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: ${n}) { nodes { id agent { email } queue { name } } } }`,
);

interface Tally {
  answered: number;
  underWay: number;
  /** Wrong answers, and error codes of requests that failed other than with ECONNREFUSED. */
  readonly lost: string[];
  /** Number of answers with `connection: close`. */
  toldToClose: number;
}

/** Sends the query over one keep-alive connection again and again, until a request fails. */
async function askOnAndOn(address: string, query: string, expected: string, tally: Tally): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  for (;;) {
    tally.underWay += 1;
    try {
      const { headers, body } = await post(agent, address, query);
      if (body !== expected) tally.lost.push(body);
      tally.answered += 1;
      if (headers.connection === 'close') tally.toldToClose += 1;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      if (code !== 'ECONNREFUSED') tally.lost.push(code);
      return;
    } finally {
      tally.underWay -= 1;
    }
  }
}

async function post(agent: Agent, address: string, query: string) {
  const sent = request(address, {
    agent,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
  });
  sent.end(JSON.stringify({ query }));
  const [response]: IncomingMessage[] = await once(sent, 'response');
  if (response === undefined) throw new TypeError('A response comes with its event.');
  return { headers: response.headers, body: await text(response) };
}

/** Status of `/ready`, read over a separate connection. */
async function readiness(address: string): Promise<number> {
  const { status } = await fetch(new URL('/ready', address), { headers: { connection: 'close' } });
  return status;
}

/** Samples of `/ready` and of the clients' counts, until `/ready` cannot be reached. */
async function statusesUntilRefused(address: string, tally: Tally) {
  const statuses: { status: number; underWay: number; answered: number }[] = [];
  for (;;) {
    const status = await readiness(address).catch(() => null);
    if (status === null) return statuses;
    const { underWay, answered } = tally;
    statuses.push({ status, underWay, answered });
  }
}

test('every request accepted under load gets its whole answer after SIGTERM', async () => {
  const sandbox = await sandboxForTest({
    faults: [{ kind: 'delay', ms: 150 }],
    rateLimit: { allowed: 1_000_000, windowSeconds: 60 },
  });
  const { child, closed, output, address } = await runningGateway({
    GENESYSCLOUD_API_URL: sandbox.url,
    ...NOTHING_KEPT,
  });
  const agent = new Agent();
  const expected = await Promise.all(queries.map(async (query) => (await post(agent, address, query)).body));
  for (const body of expected) expect(JSON.parse(body)).not.toHaveProperty('errors');

  const tally: Tally = { answered: 0, underWay: 0, lost: [], toldToClose: 0 };
  const clients = queries.map((query, n) => askOnAndOn(address, query, expected[n] ?? '', tally));
  await expect.poll(() => tally.answered).toBeGreaterThan(2 * CLIENTS);
  expect(tally.toldToClose).toBe(0);
  expect(await readiness(address)).toBe(200);

  const seen = statusesUntilRefused(address, tally);
  child.kill('SIGTERM');
  const statuses = await seen;
  // The status is 200 until the signal arrives.
  expect(statuses.map(({ status }) => status).join(' ')).toMatch(/^(200 )*503( 503)*$/);
  const draining = statuses.filter(({ status }) => status === 503);
  expect(draining.map(({ underWay }) => underWay)).toContainEqual(expect.toSatisfy((many) => many > 0));

  await Promise.all(clients);
  expect(tally.lost).toEqual([]);
  // Requests are still answered after the first 503.
  expect(tally.answered).toBeGreaterThan(draining[0]?.answered ?? Infinity);
  expect(tally.toldToClose).toBeGreaterThanOrEqual(CLIENTS);
  expect(await closed).toEqual([0, null]);
  expect(output.stderr).toBe('');
});

test('the gateway stops accepting connections at once at SIGINT, and answers the requests under way', async () => {
  const sandbox = await sandboxForTest({ faults: [{ kind: 'delay', ms: 1500, resource: 'users' }] });
  const { child, closed, output, address } = await runningGateway({ GENESYSCLOUD_API_URL: sandbox.url });
  const answer = post(new Agent(), address, '{ user(id: "user-1") { name } }');
  await expect.poll(() => sandbox.requests.length).toBe(1);
  child.kill('SIGINT');
  await expect.poll(() => readiness(address).catch((error: unknown) => error)).toBeInstanceOf(TypeError);
  expect(JSON.parse((await answer).body)).toEqual({ data: { user: { name: 'Name of user-1' } } });
  expect(await closed).toEqual([0, null]);
  expect(output.stderr).toBe('');
});

test('a second signal during the drain, SIGTERM or SIGINT, does not cut the drain short', async () => {
  const sandbox = await sandboxForTest({ faults: [{ kind: 'delay', ms: 1500, resource: 'users' }] });
  const { child, closed, address } = await runningGateway({ GENESYSCLOUD_API_URL: sandbox.url });
  const answer = post(new Agent(), address, '{ user(id: "user-1") { name } }');
  await expect.poll(() => sandbox.requests.length).toBe(1);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGTERM'] as const) {
    child.kill(signal);
    // Signals sent at the same time can be merged into one.
    await delay(100);
  }
  expect((await answer).headers.connection).toBe('close');
  expect(await closed).toEqual([0, null]);
});
