import type { UpstreamError } from '../errors.ts';

/** Refusals of a whole bulk call that one of its ids, or their number, can be the reason of. */
const REFUSALS = new Set([400, 404, 413, 414]);
/** When nothing was answered down to quarters, it is not the ids that are refused. */
const HOPELESS_DEPTH = 2;

/** It is about all ids; about these, or too many to go on; or there was no call left to find out. */
type BisectEnd = 'all' | 'these' | 'spent';

interface Refused {
  readonly ids: readonly string[];
  readonly error: UpstreamError;
}

/** Whether it is worth finding out which ids of a refused call are to blame. */
export function canBisect({ failure, isNotFound }: UpstreamError): boolean {
  const status = failure.upstreamStatus ?? 0;
  return REFUSALS.has(status) && (status !== 404 || isNotFound);
}

/**
 * Asks again for the halves of a call that was refused as a whole, until every id that is refused stands alone. That takes
 * two calls for each halving, of which there are no more than isolate three ids, and no more than `callsLeft` says.
 *
 * @param ask Makes one call; resolves to the refusal when it could be split again, to null otherwise.
 * @param giveUp Told of ids that stay refused, and why.
 */
export async function bisect(
  refused: Refused,
  callsLeft: () => number,
  ask: (ids: readonly string[]) => Promise<UpstreamError | null>,
  giveUp: (refused: Refused, why: BisectEnd) => void,
): Promise<void> {
  let most = 6 * Math.ceil(Math.log2(refused.ids.length));
  let wasAnswered = false;
  let level: readonly Refused[] = [refused];
  for (let depth = 0; level.length > 0; depth += 1) {
    const halves: (readonly string[])[] = [];
    for (const { ids, error } of level) {
      const isHopeless = depth >= HOPELESS_DEPTH && !wasAnswered;
      const why = isHopeless
        ? 'all'
        : ids.length === 1 || most < halves.length + 2
          ? 'these'
          : callsLeft() < halves.length + 2
            ? 'spent'
            : null;
      if (why === null) {
        const middle = Math.ceil(ids.length / 2);
        halves.push(ids.slice(0, middle), ids.slice(middle));
      } else {
        // Until something is answered all of it is still the one refusal.
        giveUp({ ids, error: wasAnswered ? error : refused.error }, why);
      }
    }
    most -= halves.length;
    // oxlint-disable-next-line eslint/no-await-in-loop -- what is asked next depends on what was refused
    const refusals = await Promise.all(halves.map(async (ids) => ({ ids, error: await ask(ids) })));
    level = refusals.filter((each): each is Refused => each.error !== null);
    wasAnswered ||= level.length < refusals.length;
  }
}
