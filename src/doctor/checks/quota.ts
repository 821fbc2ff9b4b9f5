import { finding, type Finding } from '../probing/finding.ts';
import type { UpstreamCalls } from '../probing/upstream-calls.ts';

/** Share of the quota that, once used, leaves little for the gateway. */
const NEARLY_USED = 0.9;

/** Tells what the answers say of the credential's quota, once calls were made with it. */
export function toldOfQuota({ quota, accepted }: UpstreamCalls): Finding {
  const name = 'quota';
  if (quota !== null) {
    const { allowed, count, resetSeconds } = quota;
    const facts = { allowed, used: count, resetSeconds };
    const message = `${count} of ${allowed} calls of this credential are used; the count starts again in ${resetSeconds} s.`;
    if (count < allowed * NEARLY_USED) return finding(name, 'ok', message, { facts });
    return finding(
      name,
      'warn',
      `${message} Others use the same credential: little is left for the gateway.`,
      {
        facts,
        advice:
          'Give the gateway an OAuth client of its own, or set REPLICAS or REDIS_URL where replicas share it.',
      },
    );
  }
  if (accepted === 0) {
    const message =
      'No call with a credential was answered, and only such answers have the headers of the quota.';
    return finding(name, 'could not tell', message, { result: 'works' });
  }
  return finding(
    name,
    'warn',
    'The answers lack the headers of the quota (inin-ratelimit-count, -allowed, -reset). The gateway cannot pace its calls then, and learns of a limit only when the API refuses calls (429).',
    { advice: 'Something on the way, such as an API gateway, may remove the headers: let them through.' },
  );
}
