import type { UpstreamError } from '../errors.ts';

/** Statuses of a refused bulk call that one of its ids, or their number, can cause. */
const REFUSALS = new Set([400, 404, 413, 414]);
/** Depth of the quarters; when all of them are refused, the ids are not the reason. */
const HOPELESS_DEPTH = 2;

/** Refusal of all ids; of these ids, or of too many to go on; or no call is left to find out. */
type BisectEnd = 'all' | 'these' | 'spent';

interface Refused {
  readonly ids: readonly string[];
  readonly error: UpstreamError;
}

/** True when single ids can be the reason that a call was refused. */
export function canBisect({ failure, isNotFound }: UpstreamError): boolean {
  const status = failure.upstreamStatus ?? 0;
  return REFUSALS.has(status) && (status !== 404 || isNotFound);
}

/**
 * Bisects a call that was refused as a whole, until every refused id is alone. Each halving takes two calls. At most as many
 * calls are made as isolate three ids, and at most `callsLeft`.
 *
 * @param ask Makes one call; resolves to the refusal when it can be bisected again, to null otherwise.
 * @param giveUp Called with ids that stay refused, and why.
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
        // The first refusal covers all ids as long as no call was answered.
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
