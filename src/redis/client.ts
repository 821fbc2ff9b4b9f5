import { createClient, defineScript, RESP_TYPES } from '@redis/client';
import {
  acceptScript,
  lookScript,
  refuseScript,
  releaseScript,
  renewScript,
  settleScript,
  takeScript,
} from './scripts.ts';

/** The least that a parser of the client is used for. */
interface Parser {
  push(...args: string[]): unknown;
  pushKey(key: string): unknown;
  pushKeys(keys: string[]): unknown;
  pushKeysLength(keys: string[]): unknown;
}

/** A script with a fixed number of keys. */
function script(SCRIPT: string, NUMBER_OF_KEYS: number) {
  return defineScript({
    SCRIPT,
    NUMBER_OF_KEYS,
    parseCommand(parser: Parser, keys: readonly string[], ...args: readonly (string | number)[]) {
      for (const key of keys) parser.pushKey(key);
      parser.push(...args.map(String));
    },
    transformReply: (reply: unknown) => reply,
  });
}

/** One that tells how the quota stands. */
function quotaScript(text: string) {
  return defineScript({
    ...script(text, 2),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what it gives is known of its text alone
    transformReply: (reply: unknown) => reply as QuotaReply,
  });
}

/** One with any number of keys. */
function scriptOfKeys(SCRIPT: string) {
  return defineScript({
    SCRIPT,
    parseCommand(parser: Parser, keys: readonly string[], ...args: readonly (string | number)[]) {
      parser.pushKeysLength([...keys]);
      parser.push(...args.map(String));
    },
    transformReply: (reply: unknown) => reply,
  });
}

/** Granted (1 or 0), used, allowed (0: unknown), milliseconds until the window ends (-1: unknown) and for which nobody goes. */
export type QuotaReply = readonly [
  isGranted: number,
  used: number,
  allowed: number,
  resetMs: number,
  heldMs: number,
];

const scripts = {
  takeCall: quotaScript(takeScript),
  lookAtQuota: quotaScript(lookScript),
  settleCall: script(settleScript, 2),
  acceptCredential: script(acceptScript, 1),
  refuseCredential: script(refuseScript, 1),
  releaseLeases: scriptOfKeys(releaseScript),
  renewLeases: scriptOfKeys(renewScript),
};

const CONNECT_TIMEOUT_MS = 1_000;
const LONGEST_PAUSE_MS = 500;
/** A connection over which nothing comes back is made anew; pings see to it that something should. */
const PING_EVERY_MS = 2_000;
const SILENT_MS = 7_000;
/** More than can wait while Redis is asked at all; what is beyond is refused instead of filling memory. */
const MOST_WAITING = 20_000;

export type RedisClient = ReturnType<typeof redisClient>;

/** A client that connects, again and again, once it is told to. Commands of one tick go in one write. */
export function redisClient(url: string) {
  return createClient({
    url,
    scripts,
    // What cannot be answered now is of no use later.
    disableOfflineQueue: true,
    commandsQueueMaxLength: MOST_WAITING,
    // It is waited for elsewhere, for what the client limits is only the time until a command is written.
    commandOptions: { timeout: 0 },
    pingInterval: PING_EVERY_MS,
    maintNotifications: 'disabled',
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENT_MS,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, LONGEST_PAUSE_MS),
    },
  });
}

/** The same client, which gives texts as the bytes that they are. */
export type RedisClientInBytes = ReturnType<typeof inBytes>;

export function inBytes(client: RedisClient) {
  return client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
}
