import { createClient, defineScript, RESP_TYPES } from '@redis/client';
import {
  acceptScript,
  chargeScript,
  lookScript,
  refuseScript,
  releaseScript,
  renewScript,
  settleScript,
  takeScript,
} from './lua-scripts.ts';

/** Part of the client's command parser that the scripts use. */
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

/** Script with three keys that replies with a `QuotaReply`. */
function quotaScript(text: string) {
  return defineScript({
    ...script(text, 3),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the script's text determines the reply's type
    transformReply: (reply: unknown) => reply as QuotaReply,
  });
}

/** A script with any number of keys. */
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

/**
 * Granted (1 or 0), used, allowed (0: unknown), milliseconds to the window's end (-1: unknown), rest of the hold; where callers
 * share the quota also the window's number and, for each caller, name and calls as in `lua-scripts.ts`.
 */
export type QuotaReply = readonly [
  isGranted: number,
  used: number,
  allowed: number,
  resetMs: number,
  heldMs: number,
  window?: number,
  ...callers: readonly string[],
];

const scripts = {
  takeCall: quotaScript(takeScript),
  lookAtQuota: quotaScript(lookScript),
  settleCall: script(settleScript, 3),
  chargeCaller: script(chargeScript, 3),
  acceptCredential: script(acceptScript, 1),
  refuseCredential: script(refuseScript, 1),
  releaseLeases: scriptOfKeys(releaseScript),
  renewLeases: scriptOfKeys(renewScript),
};

const CONNECT_TIMEOUT_MS = 1_000;
/** Bound on queued commands, never reached while Redis is in use; further ones fail instead of filling memory. */
export const MOST_WAITING = 20_000;

export type RedisClient = ReturnType<typeof redisClient>;

/**
 * Client for one connection: after a failure it is of no more use. Commands of one tick go in one write. Liveness and timeouts
 * are judged by link.ts and connection.ts.
 */
export function redisClient(url: string) {
  return createClient({
    url,
    scripts,
    // A command that cannot be sent now is useless later.
    disableOfflineQueue: true,
    commandsQueueMaxLength: MOST_WAITING,
    // The client's own timeout covers only the time until a command is written.
    commandOptions: { timeout: 0 },
    maintNotifications: 'disabled',
    socket: { connectTimeout: CONNECT_TIMEOUT_MS, reconnectStrategy: false },
  });
}

/** Client that returns strings as `Buffer`s. */
export type RedisClientInBytes = ReturnType<typeof inBytes>;

export function inBytes(client: RedisClient) {
  return client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
}
