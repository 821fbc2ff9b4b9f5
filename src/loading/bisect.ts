import type { UpstreamError } from '../errors.ts';

/** Statuses of a refused bulk call that one of its ids, or their number, can cause. */
const REFUSALS = new Set([400, 404, 413, 414]);
/** Those of them that the number of ids can cause. */
const OF_NUMBER = new Set([400, 413, 414]);
/** Depth of the quarters; when all of them are refused, no single id is the reason. */
const HOPELESS_DEPTH = 2;

/** Refusal of all ids; of these ids, or of too many to go on; or no call is left to find out. */
type BisectEnd = 'all' | 'these' | 'spent';

interface Refused {
  readonly ids: readonly string[];
  readonly error: UpstreamError;
}

interface BisectMeans {
  /** Number of calls that the request may still make. */
  readonly callsLeft: () => number;
  /** Makes one call; resolves to the refusal when it can be bisected again, to null otherwise. */
  readonly ask: (ids: readonly string[]) => Promise<UpstreamError | null>;
  /** True when a 404 for one id alone means that the upstream does not know it. */
  readonly isAbsentOn404: boolean;
  /** Called with ids that stay refused, and why. */
  readonly giveUp: (refused: Refused, why: BisectEnd) => void;
}

/** Number of ids that the upstream turned out to take. */
export interface TakenSize {
  readonly size: number;
  /** False when the refusal may have had another reason, and only happened to be of a larger call. */
  readonly isProven: boolean;
}

/** Ids of a call from which a refusal that was not repeated says something of their number. */
export const MANY_IDS = 8;

/** True when single ids can be the reason that a call was refused. */
export function canBisect({ failure, isNotFound }: UpstreamError): boolean {
  const status = failure.upstreamStatus ?? 0;
  return REFUSALS.has(status) && (status !== 404 || isNotFound);
}

/**
 * Bisects a call that was refused as a whole, until every refused id is alone. Each halving takes two calls. When all quarters
 * are refused, single ids tell whether any call is answered; then the number of ids may be the reason, and a number is looked
 * for that is taken. At most as many calls are made as isolate three ids, and at most `callsLeft`.
 *
 * @returns Null when an id may have been the reason, not the number of ids.
 */
export function bisect(refused: Refused, means: BisectMeans): Promise<TakenSize | null> {
  return new Bisection(refused, means).run();
}

class Bisection {
  readonly #refused: Refused;
  readonly #means: BisectMeans;
  /** Number of calls that may still be made. */
  #most: number;
  #largestAnswered = 0;
  #refusals = 1;
  /** True when an id may be the reason, not the number of ids. */
  #isIdSuspect = false;

  constructor(refused: Refused, means: BisectMeans) {
    this.#refused = refused;
    this.#means = means;
    this.#most = 6 * Math.ceil(Math.log2(refused.ids.length));
  }

  async run(): Promise<TakenSize | null> {
    let level: readonly Refused[] = [this.#refused];
    for (let depth = 0; level.length > 0; depth += 1) {
      const isHopeless = depth >= HOPELESS_DEPTH && this.#largestAnswered === 0;
      // oxlint-disable-next-line eslint/no-await-in-loop -- what is asked next depends on what was refused
      level = await (isHopeless ? this.#askForFewer(level) : this.#askAll(this.#halvesOf(level)));
    }
    const { ids } = this.#refused;
    if (this.#isIdSuspect || this.#largestAnswered === 0 || this.#status === 404) return null;
    const isProven = this.#status !== 400 || this.#refusals > 1;
    return isProven || ids.length >= MANY_IDS ? { size: this.#largestAnswered, isProven } : null;
  }

  get #status(): number {
    return this.#refused.error.failure.upstreamStatus ?? 0;
  }

  #halvesOf(level: readonly Refused[]): readonly string[][] {
    const halves: string[][] = [];
    for (const { ids, error } of level) {
      const why =
        ids.length === 1 || this.#most < halves.length + 2
          ? 'these'
          : this.#means.callsLeft() < halves.length + 2
            ? 'spent'
            : null;
      if (why === null) {
        const middle = Math.ceil(ids.length / 2);
        halves.push(ids.slice(0, middle), ids.slice(middle));
      } else {
        // The first refusal covers all ids as long as no call was answered.
        this.#suspect({ ids, error: this.#largestAnswered === 0 ? this.#refused.error : error }, why);
      }
    }
    return halves;
  }

  /** Finds out whether all ids are refused or only their number, and goes on with ids that may be answered. */
  async #askForFewer(level: readonly Refused[]): Promise<readonly Refused[]> {
    const rest = level.flatMap(({ ids }) => ids);
    const { error } = this.#refused;
    if (!OF_NUMBER.has(this.#status)) return this.#askOneOfEach(this.#means.isAbsentOn404 ? level : [], rest);
    const size = Math.ceil(rest.length / level.length);
    if (size > 1 && !this.#mayAsk) {
      this.#suspect({ ids: rest, error }, 'spent');
      return [];
    }
    // One id alone tells whether any call is answered.
    if (size === 1 || (await this.#ask(rest.slice(0, 1))) !== null) {
      this.#suspect({ ids: rest, error }, 'all');
      return [];
    }
    return this.#askInTakenNumber(rest.slice(1), size);
  }

  /** After a refusal that no number causes: all ids are refused unless one of them, alone, is answered. */
  async #askOneOfEach(level: readonly Refused[], rest: readonly string[]): Promise<readonly Refused[]> {
    const several = level.filter(({ ids }) => ids.length > 1);
    const most = Math.max(0, Math.min(this.#most, this.#means.callsLeft()));
    await this.#askAll(several.slice(0, most).map(({ ids }) => ids.slice(0, 1)));
    if (this.#largestAnswered > 0) return level;
    const why = several.length > most ? 'spent' : 'all';
    this.#suspect({ ids: rest, error: this.#refused.error }, why);
    return [];
  }

  /** Looks for a number of ids that is taken, and asks for all ids in calls of that number. */
  async #askInTakenNumber(ids: readonly string[], refusedSize: number): Promise<readonly Refused[]> {
    const { error } = this.#refused;
    let rest = ids;
    let size = refusedSize;
    for (let isTaken = false; !isTaken && size > 1;) {
      size = Math.ceil(size / 2);
      if (!this.#mayAsk) break;
      // oxlint-disable-next-line eslint/no-await-in-loop -- what is asked next depends on what was refused
      isTaken = (await this.#ask(rest.slice(0, size))) === null;
      if (isTaken) rest = rest.slice(size);
    }
    const chunks = Array.from({ length: Math.ceil(rest.length / size) }, (_, n) =>
      rest.slice(n * size, (n + 1) * size),
    );
    const most = Math.max(0, Math.min(this.#most, this.#means.callsLeft()));
    const left = chunks.slice(most).flat();
    if (left.length > 0) {
      if (most < this.#most) this.#suspect({ ids: left, error }, 'spent');
      else this.#means.giveUp({ ids: left, error }, 'these');
    }
    return this.#askAll(chunks.slice(0, most));
  }

  async #askAll(groups: readonly (readonly string[])[]): Promise<readonly Refused[]> {
    const refusals = await Promise.all(groups.map(async (ids) => ({ ids, error: await this.#ask(ids) })));
    return refusals.filter((each): each is Refused => each.error !== null);
  }

  get #mayAsk(): boolean {
    return this.#most > 0 && this.#means.callsLeft() > 0;
  }

  async #ask(ids: readonly string[]): Promise<UpstreamError | null> {
    this.#most -= 1;
    const error = await this.#means.ask(ids);
    if (error === null) this.#largestAnswered = Math.max(this.#largestAnswered, ids.length);
    else this.#refusals += 1;
    return error;
  }

  #suspect(refused: Refused, why: BisectEnd): void {
    this.#isIdSuspect = true;
    this.#means.giveUp(refused, why);
  }
}
