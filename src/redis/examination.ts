import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import type { RedisClient } from './client.ts';
import { replyCodeOf } from './failure.ts';
import { inTime } from './in-time.ts';
import { EVENT_CHANNEL, KEYS } from './keys.ts';
import { RedisLink } from './link.ts';

/** Longest time that the start waits for Redis. */
const AT_START_MS = 1_000;

/** What is known of a Redis after one connection to it. */
export interface RedisExamination {
  /** Problems that only an operator can solve, as sentences. */
  readonly problems: readonly string[];
  /** False when Redis cannot be reached, or cannot tell for now. */
  readonly isReached: boolean;
  /** Null when it was not told. */
  readonly version: string | null;
  /** Time of one command and its reply; null when Redis was not reached. */
  readonly roundTripMs: number | null;
}

/**
 * Problems of the Redis at this URL that only an operator can solve, as sentences. None when Redis cannot be reached, or
 * cannot tell for now: the gateway starts without it.
 */
export async function problemsAtStart(url: string, clock: Clock): Promise<readonly string[]> {
  return (await examineRedis(url, clock)).problems;
}

/** Connects to the Redis at this URL and examines it. Never rejects for what is wrong with Redis. */
export async function examineRedis(url: string, clock: Clock): Promise<RedisExamination> {
  const { redisClient, inBytes } = await import('./client.ts');
  let client: RedisClient;
  try {
    client = redisClient(url);
  } catch {
    return notReached(['REDIS_URL has a user name or password that is not percent-encoded.']);
  }
  const link = new RedisLink(clock, client, inBytes(client), () => undefined);
  try {
    return await inTime(
      clock,
      link.open().then(() => link.ask((open) => examination(open, clock))),
      AT_START_MS,
    );
  } catch (error) {
    return notReached(refusedEntry(error));
  } finally {
    link.close();
  }
}

function notReached(problems: readonly string[]): RedisExamination {
  return { problems, isReached: false, version: null, roundTripMs: null };
}

async function examination(client: RedisClient, clock: Clock): Promise<RedisExamination> {
  const sentMs = clock.now();
  // Unlike `INFO`, `HELLO` is for every user.
  const hello: unknown = await client.sendCommand(['HELLO']);
  const roundTripMs = clock.now() - sentMs;
  const version: unknown =
    typeof hello === 'object' && hello !== null && 'version' in hello ? hello.version : null;
  return {
    problems: await examine(client),
    isReached: true,
    version: typeof version === 'string' ? version : null,
    roundTripMs,
  };
}

function refusedEntry(error: unknown): readonly string[] {
  const code = replyCodeOf(error);
  if (code === 'WRONGPASS') return ['REDIS_URL has a user name or password that Redis does not accept.'];
  if (code === 'NOAUTH') return ['REDIS_URL has no password, but Redis asks for one.'];
  return [];
}

/**
 * What the gateway needs and this Redis does not give, as sentences. The commands are tried instead of asking for the user's
 * permissions, because few users may ask for those. Nothing is left behind.
 */
export async function examine(client: RedisClient): Promise<readonly string[]> {
  // Unlike `INFO`, `HELLO` is for every user.
  const mode = modeIn(await client.sendCommand(['HELLO']));
  if (mode === 'cluster') {
    return [
      'REDIS_URL leads to a node of a Redis Cluster, which is not supported: it must be a Redis without cluster mode.',
    ];
  }
  if (mode === 'sentinel')
    return ['REDIS_URL leads to a Redis Sentinel: it must lead to the primary itself.'];
  const lacking = new Set<string>();
  const trials = [
    ...trialsOf(`${KEYS}{examination}:${randomUUID()}`).map((trial) => client.sendCommand([...trial])),
    client.subscribe(EVENT_CHANNEL, () => undefined),
  ];
  for (const trial of await Promise.allSettled(trials)) {
    const lack = trial.status === 'rejected' ? lackIn(trial.reason) : null;
    if (lack !== null) lacking.add(lack);
  }
  return lacking.size === 0 ? [] : [`REDIS_URL has a user who lacks: ${[...lacking].join(', ')}.`];
}

/** All commands of this folder, without lasting effect. A script's commands need their permissions too. */
function trialsOf(key: string): readonly (readonly string[])[] {
  const script = 'return 1';
  const sha = createHash('sha1').update(script).digest('hex');
  return [
    ['TIME'],
    ['SET', key, '1', 'PX', '1000', 'XX'],
    ['GET', key],
    ['MGET', key],
    ['DEL', key],
    ['PEXPIRE', key, '1000'],
    ['PTTL', key],
    ['HMGET', key, 'field'],
    ['HGETALL', key],
    ['HGET', key, 'field'],
    ['HLEN', key],
    ['HSET', key, 'field', '1'],
    ['HDEL', key, 'field'],
    ['ZADD', key, 'XX', '1', 'member'],
    ['ZCOUNT', key, '0', '1'],
    ['ZCARD', key],
    ['ZREM', key, 'member'],
    ['ZREMRANGEBYSCORE', key, '0', '1'],
    ['EVALSHA', sha, '1', key],
    ['EVAL', script, '1', key],
    ['PUBLISH', EVENT_CHANNEL, '{}'],
  ];
}

/** What a trial's failure shows to be lacking; null for a failure that may pass, such as that of a full Redis. */
function lackIn(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  // A renamed command is unknown: "ERR unknown command 'EVAL', with args …".
  const named = /(?:run the|unknown command) ['`"]([\w|]+)/.exec(error.message)?.[1];
  const isRefused = replyCodeOf(error) === 'NOPERM';
  if (named !== undefined && (isRefused || replyCodeOf(error) === 'ERR')) return named.toUpperCase();
  if (!isRefused) return null;
  return error.message.includes('channel') ? `the channel ${EVENT_CHANNEL}` : `the keys ${KEYS}*`;
}

function modeIn(hello: unknown): unknown {
  return typeof hello === 'object' && hello !== null && 'mode' in hello ? hello.mode : undefined;
}
