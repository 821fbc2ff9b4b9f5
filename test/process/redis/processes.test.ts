import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { GraphQLAnswer } from '../../support/gateway.ts';
import { CAMPAIGN_ID } from '../../support/organisation.ts';
import { redisForTest, type TestRedis, whySkippedWithoutRedis } from '../../support/redis.ts';
import { ask, run, runningGateway, sandboxForTest } from '../../support/running-gateway.ts';

const whySkipped = whySkippedWithoutRedis('that replicas outlive each other and Redis');

const LIST = `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 5) { observedAt nodes { agent { email } contact { data } } } }`;

const PATIENT_REPLICA = fileURLToPath(new URL('patient-replica.ts', import.meta.url));

/** Settings of a replica over this Redis and this upstream. */
function replicaEnv(redis: TestRedis, apiUrl: string): Record<string, string> {
  return {
    GENESYSCLOUD_API_URL: apiUrl,
    REDIS_URL: redis.url,
    REDIS_PEPPER: 'a pepper of these tests, long enough',
  };
}

/** A replica with the default Redis timeout. */
async function replica(redis: TestRedis, apiUrl: string, env: Readonly<Record<string, string>> = {}) {
  const { child, address } = await runningGateway({ ...replicaEnv(redis, apiUrl), ...env });
  return sharingReplica(child, address);
}

async function patientReplica(redis: TestRedis, apiUrl: string) {
  const { child, output } = run(replicaEnv(redis, apiUrl), [process.execPath, PATIENT_REPLICA]);
  await expect.poll(() => output.stdout + output.stderr, { timeout: 30_000 }).toMatch(/^http:.*\n/);
  return sharingReplica(child, output.stdout.trim());
}

/** A replica's process, once its `/ready` reports Redis as `ok`. */
async function sharingReplica(child: ChildProcess, address: string) {
  const url = new URL('/ready', address).href;
  /** Status of Redis in `/ready`. */
  const sharing = async () => {
    const { checks }: { checks: { redis: string } } = JSON.parse(await (await fetch(url)).text());
    return checks.redis;
  };
  await expect.poll(sharing).toBe('ok');
  return {
    sharing,
    /** Null when the process dies before it answers. */
    ask: (query: string): Promise<GraphQLAnswer | null> => ask(address, query).catch(() => null),
    async kill() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describe.skipIf(whySkipped !== null)('gateway processes over one Redis', () => {
  test('answer their requests when the process whose call they wait for is killed', async () => {
    const redis = await redisForTest();
    // The first call never gets an answer, so the others wait for its process.
    const sandbox = await sandboxForTest({
      faults: [{ kind: 'hang', resource: 'campaignInteractions', times: 1 }],
    });
    const replicas = await Promise.all([0, 1, 2].map(() => patientReplica(redis, sandbox.url)));
    const [asking, ...others] = replicas;
    const lost = asking?.ask(LIST);
    await expect.poll(() => sandbox.requests.length).toBe(1);
    const waiting = others.flatMap((other) => [other.ask(LIST), other.ask(LIST)]);
    await delay(300);
    // The others wait for the call of the first process.
    expect(sandbox.requests).toHaveLength(1);
    await asking?.kill();
    expect(await lost).toBeNull();
    for (const answer of await Promise.all(waiting)) {
      expect(answer?.errors).toBeUndefined();
      expect(answer?.data.campaignInteractions.nodes).toHaveLength(5);
    }
    expect(sandbox.requests.filter(({ resource }) => resource === 'campaignInteractions')).toHaveLength(2);
  });

  test('lose no request when Redis is killed under load, and share again once Redis is available', async () => {
    const redis = await redisForTest();
    const sandbox = await sandboxForTest({
      latencyMs: 30,
      rateLimit: { allowed: 100_000, windowSeconds: 60 },
    });
    const env = { INTERACTIONS_WINDOW_MS: '50', INTERACTIONS_MAX_AGE_MS: '50' };
    const replicas = await Promise.all([0, 1].map(() => replica(redis, sandbox.url, env)));
    const failed: unknown[] = [];
    const over = new AbortController();
    let answered = 0;
    const clients = replicas.flatMap((each) =>
      [0, 1, 2].map(async () => {
        for (let n = 0; n < 10_000 && !over.signal.aborted; n += 1) {
          const answer = await each.ask(LIST);
          if (answer === null || answer.errors !== undefined) failed.push(answer);
          answered += 1;
        }
      }),
    );
    const more = async () => {
      const before = answered;
      await expect.poll(() => answered).toBeGreaterThan(before + 50);
    };
    await more();
    await redis.kill();
    await more();
    for (const { sharing } of replicas) await expect.poll(sharing).toMatch(/^not used/);
    await redis.start();
    for (const { sharing } of replicas) await expect.poll(sharing).toBe('ok');
    await more();
    over.abort();
    await Promise.all(clients);
    expect(failed).toEqual([]);
  });

  test('spend one quota together, and get no 429 from the upstream', async () => {
    const redis = await redisForTest();
    const sandbox = await sandboxForTest({ rateLimit: { allowed: 30, windowSeconds: 600 } });
    const env = { CACHE_MAX_BYTES: '0', REQUEST_TIMEOUT_MS: '2000', REPLICAS: '3' };
    const replicas = await Promise.all([0, 1, 2].map(() => replica(redis, sandbox.url, env)));
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) => n).flatMap((n) =>
        replicas.map((each) => each.ask(`{ queue(id: "queue-${n}") { id } }`)),
      ),
    );
    expect(answers.filter((answer) => answer?.errors === undefined).length).toBeGreaterThan(0);
    expect(sandbox.answered.get(429)).toBeUndefined();
    expect(sandbox.answered.get(200)).toBeLessThanOrEqual(30);
  });
});
