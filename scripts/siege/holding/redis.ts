import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import * as v from '@badrap/valita';
import { randomFor } from '../../../src/sandbox/random.ts';
import { startSandbox } from '../../../src/sandbox/start-sandbox.ts';
import { whyNoRedis } from '../../redis-process.ts';
import { ORDINARY_TOKENS } from '../ordinary-clients.ts';
import { supervisorsOrganisation } from '../../../test/support/organisation.ts';
import { CAMPAIGN_ID } from '../organisation.ts';
import { PEPPER } from '../start-gateway.ts';
import type { Client, ClientAnswer } from './client.ts';
import type { Ground } from './ground.ts';
import { above, type Outcome, quantile, type Scenario } from './scenario.ts';

/** Time until the gateway writes to the new primary, once there is one. */
const MOST_FAILOVER_MS = 2000;
const FAILOVER_PATIENCE_MS = 5000;
const POLL_MS = 20;
/** Time in which a gateway is used as usual. */
const CALM_MS = 500;

/** Time of a call to the upstream: what Redis is asked beside is to be compared with it. */
const UPSTREAM_MS = 80;
const JITTER_MS = { least: 20, most: 80 };
const JITTER_FOR_MS = 5000;
const MOST_RATIO = 1.5;
const LANES = 4;

/** Proxy of TCP connections. What is behind it, and how late replies come, may change. */
class Proxy {
  readonly server = createServer((client) => this.#join(client));
  /** Port that new connections are led to. */
  port: number;
  /** Delay of each reply. @default none */
  delayMs: () => number = () => 0;

  constructor(port: number) {
    this.port = port;
  }

  #join(client: Socket): void {
    const redis = connect(this.port, '127.0.0.1');
    let replied = Promise.resolve();
    client.on('data', (bytes) => redis.write(bytes));
    redis.on('data', (bytes) => {
      const waitMs = this.delayMs();
      const waited = waitMs === 0 ? undefined : delay(waitMs);
      // Replies keep their order; their delays go by at the same time.
      replied = replied.then(() => waited).then(() => void client.write(bytes));
    });
    for (const [one, other] of [
      [client, redis],
      [redis, client],
    ] as const) {
      one.on('error', () => undefined);
      one.on('close', () => other.destroy());
    }
  }
}

/** Upstream whose calls take as long as a nearby one's. */
async function upstream(ground: Ground): Promise<string> {
  const sandbox = await startSandbox({
    // Its lists are small: large ones would keep the thread busy that measures.
    organisation: supervisorsOrganisation(),
    tokens: ORDINARY_TOKENS,
    rateLimit: { allowed: 1_000_000, windowSeconds: 60 },
    latencyMs: UPSTREAM_MS,
    recordedRequests: 0,
  });
  ground.atEnd(() => sandbox.close());
  return sandbox.url;
}

const readySchema = v.object({ checks: v.object({ redis: v.string() }).rest(v.unknown()) }).rest(v.unknown());

async function redisCheck(client: Client): Promise<string> {
  const { text } = await client.get('/ready');
  return readySchema.parse(JSON.parse(text)).checks.redis;
}

/** Waits until Redis is used; throws when it is not. */
async function usingRedis(client: Client): Promise<void> {
  const untilMs = performance.now() + FAILOVER_PATIENCE_MS;
  // oxlint-disable-next-line eslint/no-await-in-loop -- waiting
  while ((await redisCheck(client)) !== 'ok') {
    if (performance.now() > untilMs) throw new Error('The gateway does not use its Redis.');
    // oxlint-disable-next-line eslint/no-await-in-loop -- a pause
    await delay(POLL_MS);
  }
}

const question = `query Ordinary($user: ID!) {
  user(id: $user) { id name }
  campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 2) { totalCount nodes { id } }
}`;
let asked = 0;

/** Asks for a list, and for a user that nobody has asked for, so that both Redis and upstream are asked. */
function ask(client: Client): Promise<ClientAnswer> {
  asked += 1;
  return client.ask(question, { variables: { user: `user-of-${asked}` } });
}

async function failover(ground: Ground): Promise<Outcome> {
  const [old, next] = [await ground.redis(), await ground.redis()];
  const proxy = new Proxy(old.port);
  const port = await ground.listen(proxy.server);
  const { gateway } = await ground.gateway({
    GENESYSCLOUD_API_URL: await upstream(ground),
    REDIS_URL: `redis://127.0.0.1:${port}`,
    REDIS_PEPPER: PEPPER,
  });
  const [token = ''] = ORDINARY_TOKENS;
  const client = ground.client(gateway.port, { token, connections: LANES });
  await usingRedis(client);
  const over = new AbortController();
  const asking = (async () => {
    while (!over.signal.aborted) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
      await ask(client);
    }
  })();
  await delay(CALM_MS);
  // The old primary keeps its connections, and refuses writes from now on.
  proxy.port = next.port;
  await old.say(`REPLICAOF 127.0.0.1 ${next.port}`);
  const sinceMs = performance.now();
  let isUsed = false;
  let latest = '';
  while (!isUsed && performance.now() - sinceMs < FAILOVER_PATIENCE_MS) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- waiting
    await delay(POLL_MS);
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
    latest = await redisCheck(client);
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
    isUsed = latest === 'ok' && (await next.say('DBSIZE')) !== ':0';
  }
  const tookMs = performance.now() - sinceMs;
  over.abort();
  await asking;
  return {
    figure: isUsed
      ? `the new primary is used after ${(tookMs / 1000).toFixed(1)} s`
      : `the new primary is not used after ${(tookMs / 1000).toFixed(1)} s: ${latest}`,
    problems: [
      ...above('time until the new primary is used', tookMs, MOST_FAILOVER_MS, ' ms'),
      ...gateway.takeComplaints(),
    ],
  };
}

/** Requests of several clients to a gateway until the signal aborts. */
async function askFor(client: Client, over: AbortSignal, tookMs: number[], wrong: string[]): Promise<void> {
  await Promise.all(
    Array.from({ length: LANES }, async () => {
      while (!over.aborted) {
        // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
        const { status, text, tookMs: ms } = await ask(client);
        tookMs.push(ms);
        if (status !== 200 || text.includes('"errors"')) wrong.push(`${status} ${text.slice(0, 200)}`);
      }
    }),
  );
}

async function jitter(ground: Ground): Promise<Outcome> {
  const redis = await ground.redis();
  const proxy = new Proxy(redis.port);
  const port = await ground.listen(proxy.server);
  const url = await upstream(ground);
  const [token = ''] = ORDINARY_TOKENS;
  const [sharing, alone] = await Promise.all(
    [{ REDIS_URL: `redis://127.0.0.1:${port}`, REDIS_PEPPER: PEPPER }, {}].map((env) =>
      ground.gateway({ GENESYSCLOUD_API_URL: url, ...env }),
    ),
  );
  if (sharing === undefined || alone === undefined) throw new TypeError('There are two gateways.');
  const options = { token, connections: LANES };
  const clients = [sharing, alone].map(({ port: of }) => ground.client(of, options));
  const probing = ground.client(sharing.port);
  await usingRedis(probing);
  const wrong: string[] = [];
  // Both are asked at the same time, so that what else the machine does meets both.
  const askBoth = async (over: AbortSignal) => {
    const times = clients.map((): number[] => []);
    await Promise.all(clients.map((client, n) => askFor(client, over, times[n] ?? [], wrong)));
    return times.map((tookMs) => quantile(tookMs, 0.99));
  };
  await askBoth(AbortSignal.timeout(CALM_MS));
  const random = randomFor(0, 'jitter');
  proxy.delayMs = () => JITTER_MS.least + random() * (JITTER_MS.most - JITTER_MS.least);
  const over = AbortSignal.timeout(JITTER_FOR_MS);
  const asking = askBoth(over);
  let turnedAway = 0;
  let wasUsed = true;
  while (!over.aborted) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
    const isUsed = (await redisCheck(probing)) === 'ok';
    if (wasUsed && !isUsed) turnedAway += 1;
    wasUsed = isUsed;
    // oxlint-disable-next-line eslint/no-await-in-loop -- a pause
    await delay(POLL_MS);
  }
  const [withMs = NaN, withoutMs = NaN] = await asking;
  return {
    figure: `turned away ${turnedAway} times in ${JITTER_FOR_MS / 1000} s; p99 ${withMs.toFixed(0)} ms, ${withoutMs.toFixed(0)} ms without Redis`,
    problems: [
      ...above('p99, against that without Redis', withMs / withoutMs, MOST_RATIO),
      ...wrong.slice(0, 2),
      ...[sharing, alone].flatMap(({ gateway }) => gateway.takeComplaints()),
    ],
  };
}

/** Troubles of a Redis that is there. */
export const redis: readonly Scenario[] = [
  {
    name: 'redis-failover',
    before: "'refusing' for 40 s and more",
    openFiles: 10 * LANES,
    whySkipped: whyNoRedis,
    run: failover,
  },
  {
    name: 'redis-jitter',
    before: 'turned away and taken back 17 times in 12 s, p99 2.7 s',
    openFiles: 10 * LANES,
    whySkipped: whyNoRedis,
    run: jitter,
  },
];
