import { UnknownValueError, UpstreamError } from '../errors.ts';
import { budgetOfAll } from '../upstream/budget.ts';
import type { BatchTrace, FieldsWaiting } from '../upstream/trace.ts';
import { SingleFlight, type InFlight } from '../lib/single-flight.ts';
import type { RequestScope, BatchOwner } from '../upstream/client.ts';
import type { FoundById } from './read-batch.ts';

/** By what they wait for; null where nobody traces them. */
export type WaitingById = ReadonlyMap<string, readonly FieldsWaiting[]> | null;

/**
 * A bulk call of one identity that whoever needs some of its ids can join, and until it is sent with ids of their own: while
 * it waits for its turn in the quota, what others need goes with it.
 */
export class Batch<Entity> {
  readonly #maxSize: number;
  /** Each once; also those that nobody waits for any more. */
  readonly #ids: string[];
  readonly #shared: SingleFlight<FoundById<Entity>>;
  /** With the ids that each is here for, at each time that they came. In the order in which they came first. */
  readonly #owners = new Map<RequestScope, (readonly string[])[]>();
  #hasAnyFollowerLeft = false;
  #closed: readonly string[] | undefined;
  /** What it asks for, made when somebody else wants to know: seldom. */
  #carried: Set<string> | undefined;
  #sentAtMs: number | null = null;
  #trace: BatchTrace | null = null;
  /** The fields that are traced and wait for it, until it is made. */
  #waiting: Set<FieldsWaiting> | undefined;

  /**
   * @param ids The first that it carries, each once.
   * @param most How many it can carry.
   * @param onOver Told when it can no longer be joined.
   */
  constructor(ids: readonly string[], most: number, onOver: () => void) {
    this.#ids = [...ids];
    this.#maxSize = most;
    this.#shared = new SingleFlight(onOver);
  }

  /** Whether one more id can go with it. */
  get isOpen(): boolean {
    return this.#closed === undefined && this.#ids.length < this.#maxSize && !this.isGivenUp;
  }

  /** Whether this requestScope waits for it already. */
  isFollowedBy(requestScope: RequestScope): boolean {
    return this.#owners.has(requestScope);
  }

  /** Whether it asks for this id, or will. */
  carries(id: string): boolean {
    if (this.#ids.length === 1) return this.#ids[0] === id;
    this.#carried ??= new Set(this.#closed ?? this.#ids);
    return this.#carried.has(id);
  }

  /** Adds an id that it does not carry, while it is open. */
  add(id: string): void {
    this.#ids.push(id);
    this.#carried?.add(id);
  }

  /** When its ids were settled, on the clock of `performance.now()`; null while others can go with it. */
  get sentAtMs(): number | null {
    return this.#sentAtMs;
  }

  /** Whether all who waited have gone, so that nothing will come of it. */
  get isGivenUp(): boolean {
    return this.#shared.signal.aborted;
  }

  /** Waits for what is found of these of its ids. Rejects with an `UpstreamError` when the requestScope's time is over. */
  async join(
    requestScope: RequestScope,
    ids: readonly string[],
    waiting: WaitingById,
  ): Promise<FoundById<Entity>> {
    const { reason } = requestScope.deadline;
    if (reason !== undefined) {
      // Who waits already is told in a moment, and until then it may be made on their behalf.
      this.#hasAnyFollowerLeft = true;
      throw reason;
    }
    const others = this.#owners.get(requestScope);
    if (others !== undefined) others.push(ids);
    else {
      if (this.#owners.size > 0) requestScope.usage.shared();
      this.#owners.set(requestScope, [ids]);
    }
    if (waiting !== null) this.#noteWaiting(ids, waiting);
    try {
      return await this.#shared.join(requestScope.deadline);
    } catch (error) {
      this.#owners.delete(requestScope);
      this.#hasAnyFollowerLeft = true;
      throw error;
    }
  }

  /** Makes the call, on behalf of everybody who waits for it by then. */
  make(resource: string, work: (maker: BatchOwner, shared: InFlight) => Promise<FoundById<Entity>>): void {
    this.#shared.begin((shared) => {
      const trace = this.#beginTrace(resource);
      const result = work(this.#owner(), shared);
      return trace === null ? result : this.#ended(result, trace);
    });
  }

  /** The ids that it is made for, those that somebody still waits for; from now on no more can go with it. */
  close(): readonly string[] {
    if (this.#closed !== undefined) return this.#closed;
    this.#closed = this.#hasAnyFollowerLeft ? this.#stillWanted() : this.#ids;
    if (this.#closed !== this.#ids) this.#carried = undefined;
    this.#sentAtMs = performance.now();
    return this.#closed;
  }

  #noteWaiting(ids: readonly string[], waiting: NonNullable<WaitingById>): void {
    for (const id of ids) {
      for (const fields of waiting.get(id) ?? []) {
        if (this.#trace === null) (this.#waiting ??= new Set()).add(fields);
        else fields.comesBy(this.#trace);
      }
    }
  }

  /** It shows among what the first of those waits for who are recorded. */
  #beginTrace(resource: string): BatchTrace | null {
    let request = null;
    for (const { trace } of this.#owners.keys()) {
      request ??= trace;
      if (trace?.isRecorded !== true) continue;
      request = trace;
      break;
    }
    if (request === null) return null;
    const trace = request.batch(resource);
    this.#trace = trace;
    for (const fields of this.#waiting ?? []) fields.comesBy(trace);
    this.#waiting = undefined;
    return trace;
  }

  async #ended(result: Promise<FoundById<Entity>>, trace: BatchTrace): Promise<FoundById<Entity>> {
    try {
      const found = await result;
      const unknown = found.values().find((each) => each instanceof UnknownValueError);
      trace.end(this.close().length, unknown?.reason.failure ?? null);
      return found;
    } catch (error) {
      trace.end(this.close().length, error instanceof UpstreamError ? error.failure : null);
      throw error;
    }
  }

  #stillWanted(): readonly string[] {
    const wanted = new Set<string>();
    for (const id of [...this.#owners.values()].flat(2)) wanted.add(id);
    return wanted.size === 0 || wanted.size === this.#ids.length
      ? this.#ids
      : this.#ids.filter((id) => wanted.has(id));
  }

  /** It is paid for by all who wait. */
  #owner(): BatchOwner {
    const [first] = this.#owners.keys();
    if (first === undefined) throw new TypeError('A bulk call is made for somebody.');
    return {
      identity: first.identity,
      caller: first.caller,
      trace: this.#trace,
      usage: first.usage,
      budget: budgetOfAll(first.budget, () => this.#owners.keys().map(({ budget }) => budget)),
    };
  }
}
