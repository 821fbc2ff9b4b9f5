/** Shares below which those without waiting calls are not looked for. */
const FEW = 64;

/** Ordering criteria of a waiting call. */
export interface WaitingCall {
  /** Key of the caller or identity that takes turns with others. */
  readonly party: string;
  /** Lists go before details, because other calls depend on a list's result. */
  readonly isList: boolean;
}

interface Share<Call> {
  /** Start tag of this party's next call in virtual time: one unit is one call of every waiting party. */
  turn: number;
  readonly lists: Call[];
  readonly details: Call[];
}

/**
 * Calls that wait for something scarce. Parties take turns, however many calls each has waiting (start-time fair queueing).
 * Within a party and within a turn, lists go before details, then first in, first out.
 */
export class FairQueue<Call extends WaitingCall> {
  #shares = new Map<Call['party'], Share<Call>>();
  #sweepAt = FEW;
  /** Arrival number of each waiting call. */
  readonly #arrivals = new Map<Call, number>();
  #turn = 0;
  #arrived = 0;

  get size(): number {
    return this.#arrivals.size;
  }

  add(call: Call): void {
    let share = this.#shares.get(call.party);
    if (share === undefined) {
      if (this.#shares.size >= this.#sweepAt) this.#sweep();
      share = { turn: 0, lists: [], details: [] };
      this.#shares.set(call.party, share);
    }
    // A party without waiting calls accumulates no turns.
    if (share.lists.length + share.details.length === 0) share.turn = Math.max(share.turn, this.#turn);
    (call.isList ? share.lists : share.details).push(call);
    this.#arrivals.set(call, (this.#arrived += 1));
  }

  /** Removes a call out of turn; false when the call is not waiting. */
  remove(call: Call): boolean {
    if (!this.#arrivals.delete(call)) return false;
    const share = this.#shares.get(call.party);
    const queue = call.isList ? share?.lists : share?.details;
    queue?.splice(queue.indexOf(call), 1);
    this.#forgetIdle();
    return true;
  }

  /** Next call, left in the queue, of the parties that may have a turn. */
  peek(mayTakeTurn: (party: Call['party']) => boolean = anyParty): Call | undefined {
    let best: Call | undefined;
    let bestTurn = Infinity;
    for (const [party, { turn, lists, details }] of this.#shares) {
      const call = lists[0] ?? details[0];
      if (call === undefined || !mayTakeTurn(party)) continue;
      if (best === undefined || this.#compare(turn, call, bestTurn, best) < 0)
        [best, bestTurn] = [call, turn];
    }
    return best;
  }

  /** Removes and returns the next call, as `peek` shows it. */
  take(mayTakeTurn?: (party: Call['party']) => boolean): Call | undefined {
    const call = this.peek(mayTakeTurn);
    if (call === undefined) return undefined;
    const share = this.#shares.get(call.party);
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

  /** Turns matter only between waiting parties, so an empty queue forgets them. */
  #forgetIdle(): void {
    if (this.size > 0) return;
    this.#shares.clear();
    this.#sweepAt = FEW;
  }

  /** Forgets parties that would get the same turn as new ones. A queue that is never empty would keep all others. */
  #sweep(): void {
    const kept = new Map<Call['party'], Share<Call>>();
    for (const [party, share] of this.#shares) {
      if (share.lists.length + share.details.length > 0 || share.turn > this.#turn) kept.set(party, share);
    }
    this.#shares = kept;
    this.#sweepAt = Math.max(FEW, kept.size * 2);
  }
}

function anyParty(): boolean {
  return true;
}
