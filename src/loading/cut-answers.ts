import type { CutListing } from '../datasources/listing-envelope.ts';
import type { UpstreamAnswer } from '../upstream/answer.ts';

/** Ids that an answer lacks although it says that there are more rows. */
export interface Lacking {
  readonly ids: readonly string[];
  readonly answer: UpstreamAnswer;
  /** Number of ids for the next call; 0 when there is no use in one. */
  readonly size: number;
  /** True when the upstream says itself how many it gives at once. */
  readonly isStated: boolean;
  /** Number of the ids that the upstream has, by its own total; 0 when it does not say. */
  readonly owed: number;
}

interface AskAgainMeans {
  /** Number of calls that the request may still make. */
  readonly callsLeft: () => number;
  /** Makes one call. Where rows are owed, an id without a row is not unknown. */
  readonly ask: (ids: readonly string[], isOwed: boolean) => Promise<void>;
  readonly isFound: (id: string) => boolean;
  /** Called with ids that were not found, and why. */
  readonly giveUp: (ids: readonly string[], answer: UpstreamAnswer, why: 'cut' | 'spent') => void;
  /** Called with the number of rows that the upstream gives at once. */
  readonly onSize: (size: number) => void;
}

/** Ids that the answer to a call for `asked` ids lacks. */
export function lackingIn(
  { size, isStated, owed }: CutListing,
  ids: readonly string[],
  asked: number,
  answer: UpstreamAnswer,
): Lacking {
  const given = asked - ids.length;
  return { ids, answer, size: size > 0 && size < asked ? size : given, isStated, owed };
}

/**
 * Asks for ids that answers lack, in calls of as many as the answers had, until nothing is lacking. Each call asks for fewer
 * ids than the one before it. Ids are given up when the calls are spent, when an answer showed nothing, and when fewer rows
 * came than the upstream counts.
 *
 * @param lacking Further calls may add to it.
 */
export async function askForLacking(lacking: Lacking[], means: AskAgainMeans): Promise<void> {
  const { callsLeft, ask, isFound, giveUp, onSize } = means;
  const debts: Lacking[] = [];

  async function askFor(lack: Lacking): Promise<void> {
    const { ids, answer, size, isStated, owed } = lack;
    if (size === 0) {
      giveUp(ids, answer, 'cut');
      return;
    }
    const chunks = Array.from({ length: Math.ceil(ids.length / size) }, (_, n) =>
      ids.slice(n * size, (n + 1) * size),
    );
    const most = Math.max(0, callsLeft());
    if (chunks.length > most) giveUp(chunks.slice(most).flat(), answer, 'spent');
    await Promise.all(chunks.slice(0, most).map((chunk) => ask(chunk, owed > 0)));
    // Otherwise the size was not the reason: the upstream counts rows that it does not show.
    if (isStated || ids.some(isFound)) onSize(size);
    if (owed > 0) debts.push(lack);
  }

  while (lacking.length > 0) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- these answers can be cut again
    await Promise.all(lacking.splice(0).map(askFor));
  }
  for (const { ids, answer, owed } of debts) {
    const missing = ids.filter((id) => !isFound(id));
    if (ids.length - missing.length < owed) giveUp(missing, answer, 'cut');
  }
}
