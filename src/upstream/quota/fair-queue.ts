import type { CallerKey } from '../../identity/caller.ts';

/** What the order of waiting calls depends on. */
export interface WaitingCall {
  readonly caller: CallerKey;
  /** Lists go before details: what a list tells is wanted by whoever waits for details of it. */
  readonly isList: boolean;
}

interface Share<Call> {
  /** The turn at which this caller's next call comes, on a clock that counts the calls of all callers who wait. */
  turn: number;
  readonly lists: Call[];
  readonly details: Call[];
}

/**
 * Calls that wait for one identity's quota. Callers take turns, however many calls each has waiting (start-time fair
 * queueing); a caller's own lists go before its details, otherwise whoever came first goes first.
 */
export class FairQueue<Call extends WaitingCall> {
  readonly #shares = new Map<CallerKey, Share<Call>>();
  /** In which order they came. */
  readonly #arrivals = new Map<Call, number>();
  #turn = 0;
  #arrived = 0;

  get size(): number {
    return this.#arrivals.size;
  }

  add(call: Call): void {
    let share = this.#shares.get(call.caller);
    if (share === undefined) {
      share = { turn: 0, lists: [], details: [] };
      this.#shares.set(call.caller, share);
    }
    // Somebody who did not wait until now has saved no turns up.
    if (share.lists.length + share.details.length === 0) share.turn = Math.max(share.turn, this.#turn);
    (call.isList ? share.lists : share.details).push(call);
    this.#arrivals.set(call, (this.#arrived += 1));
  }

  /** Takes out a call whose turn it is not; false when it does not wait. */
  remove(call: Call): boolean {
    if (!this.#arrivals.delete(call)) return false;
    const share = this.#shares.get(call.caller);
    const queue = call.isList ? share?.lists : share?.details;
    queue?.splice(queue.indexOf(call), 1);
    this.#forgetIdle();
    return true;
  }

  /** The call whose turn it is, which goes on waiting. */
  peek(): Call | undefined {
    let best: Call | undefined;
    let bestTurn = Infinity;
    for (const { turn, lists, details } of this.#shares.values()) {
      const call = lists[0] ?? details[0];
      if (call === undefined) continue;
      if (best === undefined || this.#compare(turn, call, bestTurn, best) < 0)
        [best, bestTurn] = [call, turn];
    }
    return best;
  }

  /** Takes out the call whose turn it is. */
  take(): Call | undefined {
    const call = this.peek();
    if (call === undefined) return undefined;
    const share = this.#shares.get(call.caller);
    (call.isList ? share?.lists : share?.details)?.shift();
    this.#arrivals.delete(call);
    if (share !== undefined) {
      this.#turn = Math.max(this.#turn, share.turn);
      share.turn += 1;
    }
    this.#forgetIdle();
    return call;
  }

  /** All of them in the order in which they came. */
  all(): IteratorObject<Call> {
    return this.#arrivals.keys();
  }

  /** All of them in the order in which they would be taken if no other came. */
  inOrder(): Call[] {
    return [...this.#shares.values()]
      .flatMap(({ turn, lists, details }) =>
        [...lists, ...details].map((call, n) => ({ call, turn: turn + n })),
      )
      .toSorted((a, b) => this.#compare(a.turn, a.call, b.turn, b.call))
      .map(({ call }) => call);
  }

  #compare(turn: number, call: Call, otherTurn: number, other: Call): number {
    if (turn !== otherTurn) return turn - otherTurn;
    if (call.isList !== other.isList) return call.isList ? -1 : 1;
    return (this.#arrivals.get(call) ?? 0) - (this.#arrivals.get(other) ?? 0);
  }

  /** While nobody waits nobody is ahead of anybody. */
  #forgetIdle(): void {
    if (this.size === 0) this.#shares.clear();
  }
}
