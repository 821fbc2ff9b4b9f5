import { SharedCall, type SharedWork } from '../../upstream/shared-call.ts';
import type { Asker, CallMaker } from '../../upstream/upstream-client.ts';
import type { Found } from './read-entities.ts';

type Result<Entity> = ReadonlyMap<string, Found<Entity>>;

/**
 * A bulk call of one identity that whoever needs some of its ids can join, and until it is sent with ids of their own: while
 * it waits for its turn in the quota, what others need goes with it.
 */
export class BulkCall<Entity> {
  /** Each once; also those that nobody waits for any more. */
  readonly ids: string[] = [];
  readonly #most: number;
  readonly #shared: SharedCall<Result<Entity>>;
  /** With the ids that each is here for. In the order in which they came. */
  readonly #askers = new Map<Asker, string[]>();
  readonly #onSealed: (unwanted: readonly string[]) => void;
  #sealed: readonly string[] | undefined;
  #sentAtMs: number | null = null;
  #calls = 0;

  /**
   * @param most How many ids it can carry.
   * @param onSealed Told, when the ids are settled, of those that it does not ask for after all.
   * @param onOver Told when it can no longer be joined.
   */
  constructor(most: number, onSealed: (unwanted: readonly string[]) => void, onOver: () => void) {
    this.#most = most;
    this.#onSealed = onSealed;
    this.#shared = new SharedCall(onOver);
  }

  /** Whether one more id can go with it. */
  get isOpen(): boolean {
    return this.#sealed === undefined && this.ids.length < this.#most && !this.isGivenUp;
  }

  /** When its ids were settled, on the clock of `performance.now()`; null while others can go with it. */
  get sentAtMs(): number | null {
    return this.#sentAtMs;
  }

  /** Whether all who waited have gone, so that nothing will come of it. */
  get isGivenUp(): boolean {
    return this.#shared.signal.aborted;
  }

  /** Waits for what is found of these of its ids. Rejects with an `UpstreamError` when the asker's time is over. */
  async join(asker: Asker, ids: readonly string[]): Promise<Result<Entity>> {
    const others = this.#askers.get(asker);
    if (others !== undefined) others.push(...ids);
    else {
      if (this.#askers.size > 0) asker.report?.shared();
      this.#askers.set(asker, [...ids]);
    }
    try {
      return await this.#shared.join(asker.deadline);
    } catch (error) {
      this.#askers.delete(asker);
      throw error;
    }
  }

  /** Makes the call, on behalf of everybody who waits for it by then. */
  make(work: (maker: CallMaker, shared: SharedWork) => Promise<Result<Entity>>): void {
    this.#shared.begin((shared) => work(this.#maker(), shared));
  }

  /** The ids that it is made for, those that somebody still waits for; from now on no more can go with it. */
  seal(): readonly string[] {
    if (this.#sealed !== undefined) return this.#sealed;
    const wanted = new Set<string>();
    for (const ids of this.#askers.values()) for (const id of ids) wanted.add(id);
    const isAll = wanted.size === 0 || wanted.size === this.ids.length;
    this.#sealed = isAll ? this.ids : this.ids.filter((id) => wanted.has(id));
    this.#sentAtMs = performance.now();
    if (!isAll) this.#onSealed(this.ids.filter((id) => !wanted.has(id)));
    return this.#sealed;
  }

  /**
   * What it costs is the one's who came first; calls to split it, and to try again, are charged to whoever has most left, so that
   * nobody's limit is passed for others.
   */
  #maker(): CallMaker {
    const [first] = this.#askers.keys();
    if (first === undefined) throw new TypeError('A bulk call is made for somebody.');
    const richest = () => {
      let most = first.budget;
      for (const { budget } of this.#askers.keys()) if (budget.left > most.left) most = budget;
      return most;
    };
    return {
      identity: first.identity,
      caller: first.caller,
      report: first.report,
      budget: {
        get left() {
          return richest().left;
        },
        spend: () => {
          this.#calls += 1;
          (this.#calls === 1 ? first.budget : richest()).spend();
        },
        take: () => richest().take(),
      },
    };
  }
}
