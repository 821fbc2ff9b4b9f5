import type { Clock } from '../lib/clock.ts';

/** No reply came in time. */
export class Late extends Error {
  override readonly name = 'Late';
}

/**
 * Result of `work`; rejects with `Late` after `timeoutMs`. Replies that have arrived by then are still read first, because
 * Redis is not to blame when this process was busy.
 */
export function inTime<Reply>(clock: Clock, work: Promise<Reply>, timeoutMs: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const late = () => setImmediate(() => reject(new Late('No reply in time.')));
    const timer = clock.setTimeout(late, timeoutMs);
    work.then(resolve, reject).finally(() => clock.clearTimeout(timer));
  });
}
