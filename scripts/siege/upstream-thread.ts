/**
 * Thread of the upstream: a sandbox with troubles for the callers of each attack. A thread of its own, because large answers
 * keep it busy.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { tokenOf } from './attack.ts';
import { assaults } from './attacks/index.ts';
import { ORDINARY_TOKENS } from './ordinary-clients.ts';
import { siegeOrganisation } from './organisation.ts';

const names: unknown = workerData;
const chosen = assaults.filter(({ name }) => Array.isArray(names) && names.includes(name));
const attacks = [...new Set(chosen.flatMap((assault) => assault.attacks))];

const sandbox = await startSandbox({
  organisation: siegeOrganisation(),
  tokens: [...ORDINARY_TOKENS, ...attacks.map(tokenOf)],
  // The quota would protect the gateway from the attacks.
  rateLimit: { allowed: 1_000_000, windowSeconds: 60 },
  faults: attacks.flatMap((attack) =>
    (attack.faults?.() ?? []).map((fault) => ({ ...fault, token: tokenOf(attack) })),
  ),
});

/** Number of calls by token since the previous call. */
function take(): ReadonlyMap<string, number> {
  const calls = new Map<string, number>();
  for (const { token } of sandbox.requests.splice(0)) {
    if (token !== null) calls.set(token, (calls.get(token) ?? 0) + 1);
  }
  return calls;
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.on('message', () => parentPort?.postMessage(take()));
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(sandbox.url);
