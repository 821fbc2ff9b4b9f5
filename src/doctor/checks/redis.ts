import type { RedisConfig } from '../../config/slices.ts';
import { UpstreamError } from '../../errors.ts';
import { examineRedis } from '../../redis/examination.ts';
import { finding, type Finding } from '../probing/finding.ts';
import type { Patience } from '../probing/patience.ts';

/** Tells whether Redis can be reached and has what the gateway needs. */
export async function checkRedis({ url }: Pick<RedisConfig, 'url'>, patience: Patience): Promise<Finding> {
  const name = 'redis';
  const { host } = new URL(url);
  const away = (why: string) =>
    finding(
      name,
      'fail',
      `Redis on ${host} ${why}. Without Redis, each process has a cache of its own and its part of the quota.`,
      {
        result: 'works with less',
        facts: { host },
        advice: 'Check that REDIS_URL is right, and that Redis runs and can be reached from here.',
      },
    );
  try {
    const { problems, isReached, version, roundTripMs } = await patience.step(() =>
      examineRedis(url, patience.clock),
    );
    const facts = { host, version, roundTripMs, problems };
    if (problems.length > 0) {
      return finding(name, 'fail', `${problems.join(' ')} The gateway does not start like this.`, {
        facts,
        advice: 'docs/replicas.md has the ACL rules that the user needs.',
      });
    }
    if (!isReached) return away('cannot be reached');
    const spent = roundTripMs === null ? '' : ` in ${Math.round(roundTripMs * 10) / 10} ms`;
    return finding(
      name,
      'ok',
      `Redis ${version ?? ''} on ${host} answers${spent}, and has all commands that are needed.`,
      { facts },
    );
  } catch (error) {
    if (error instanceof UpstreamError) return away('gave no answer in time');
    throw error;
  }
}
