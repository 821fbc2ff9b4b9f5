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
  /** Called with ids that stay refused, and why. */
  readonly giveUp: (refused: Refused, why: BisectEnd) => void;
}

/** True when single ids can be the reason that a call was refused. */
export function canBisect({ failure, isNotFound }: UpstreamError): boolean {
  const status = failure.upstreamStatus ?? 0;
  return REFUSALS.has(status) && (status !== 404 || isNotFound);
}

/**
 * Bisects a call that was refused as a whole, until every refused id is alone. Each halving takes two calls. When all quarters
 * are refused, the number of ids may be the reason: if one id alone is answered, a number is looked for that is taken. At
 * most as many calls are made as isolate three ids, and at most `callsLeft`.
 *
 * @returns Number of ids that the upstream takes, when the number was the reason; null otherwise.
 */
export function bisect(refused: Refused, means: BisectMeans): Promise<number | null> {
  return new Bisection(refused, means).run();
}

class Bisection {
  readonly #refused: Refused;
  readonly #means: BisectMeans;
  /** Number of calls that may still be made. */
  #most: number;
  #largestAnswered = 0;
  /** True when an id may be the reason, not the number of ids. */
  #isIdSuspect = false;

  constructor(refused: Refused, means: BisectMeans) {
    this.#refused = refused;
    this.#means = means;
    this.#most = 6 * Math.ceil(Math.log2(refused.ids.length));
  }

  async run(): Promise<number | null> {
    let level: readonly Refused[] = [this.#refused];
    for (let depth = 0; level.length > 0; depth += 1) {
      const isHopeless = depth >= HOPELESS_DEPTH && this.#largestAnswered === 0;
      // oxlint-disable-next-line eslint/no-await-in-loop -- what is asked next depends on what was refused
      level = await (isHopeless ? this.#askForFewer(level) : this.#askAll(this.#halvesOf(level)));
    }
    return this.#isIdSuspect || this.#largestAnswered === 0 ? null : this.#largestAnswered;
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

  /** Looks for a number of ids that is taken, and asks for all ids in calls of that number. */
  async #askForFewer(level: readonly Refused[]): Promise<readonly Refused[]> {
    const { error } = this.#refused;
    let rest = level.flatMap(({ ids }) => ids);
    let size = Math.ceil(rest.length / level.length);
    const canBeNumber = size > 1 && OF_NUMBER.has(error.failure.upstreamStatus ?? 0);
    // One id alone tells whether any call is answered.
    if (!canBeNumber || !this.#mayAsk || (await this.#ask(rest.slice(0, 1))) !== null) {
      this.#suspect({ ids: rest, error }, canBeNumber && !this.#mayAsk ? 'spent' : 'all');
      return [];
    }
    rest = rest.slice(1);
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
      this.#means.giveUp({ ids: left, error }, most < this.#most ? 'spent' : 'these');
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
    return error;
  }

  #suspect(refused: Refused, why: BisectEnd): void {
    this.#isIdSuspect = true;
    this.#means.giveUp(refused, why);
  }
}
