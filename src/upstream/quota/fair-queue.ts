import type { CallerKey } from '../../identity/caller.ts';

/** Ordering criteria of a waiting call. */
export interface WaitingCall {
  readonly caller: CallerKey;
  /** Lists go before details, because other calls depend on a list's result. */
  readonly isList: boolean;
}

interface Share<Call> {
  /** Start tag of this caller's next call in virtual time: one unit is one call of every waiting caller. */
  turn: number;
  readonly lists: Call[];
  readonly details: Call[];
}

/**
 * Calls that wait for one identity's quota. Callers take turns, however many calls each has waiting (start-time fair
 * queueing). Within a caller and within a turn, lists go before details, then first in, first out.
 */
export class FairQueue<Call extends WaitingCall> {
  readonly #shares = new Map<CallerKey, Share<Call>>();
  /** Arrival number of each waiting call. */
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
    // A caller without waiting calls accumulates no turns.
    if (share.lists.length + share.details.length === 0) share.turn = Math.max(share.turn, this.#turn);
    (call.isList ? share.lists : share.details).push(call);
    this.#arrivals.set(call, (this.#arrived += 1));
  }

  /** Removes a call out of turn; false when the call is not waiting. */
  remove(call: Call): boolean {
    if (!this.#arrivals.delete(call)) return false;
    const share = this.#shares.get(call.caller);
    const queue = call.isList ? share?.lists : share?.details;
    queue?.splice(queue.indexOf(call), 1);
    this.#forgetIdle();
    return true;
  }

  /** Next call, left in the queue. */
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

  /** Removes and returns the next call. */
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

  /** Waiting calls in order of arrival. */
  all(): IteratorObject<Call> {
    return this.#arrivals.keys();
  }

  /** Waiting calls in the order in which `take` returns them if no other arrives. */
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

  /** Turns matter only between waiting callers, so an empty queue forgets them. */
  #forgetIdle(): void {
    if (this.size === 0) this.#shares.clear();
  }
}
