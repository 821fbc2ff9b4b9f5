import { bodies } from './bodies.ts';
import { connections } from './connections.ts';
import { keys } from './keys.ts';
import { names } from './names.ts';
import { outputs } from './output.ts';
import { redis } from './redis.ts';
import type { Scenario } from './scenario.ts';
import { tokens } from './tokens.ts';
import { unreadAnswers } from './unread.ts';

/** All scenarios. A new one is a file here, or an element of one. */
export const scenarios: readonly Scenario[] = [
  ...unreadAnswers,
  ...bodies,
  ...tokens,
  ...keys,
  ...outputs,
  ...names,
  ...redis,
  ...connections,
];
