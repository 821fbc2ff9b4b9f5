import { UnknownValueError, UpstreamError } from '../errors.ts';
import { budgetOfAll } from '../upstream/budget.ts';
import type { BatchTrace, FieldsWaiting } from '../upstream/trace.ts';
import type { CallerKey } from '../identity/caller.ts';
import type { Clock } from '../lib/clock.ts';
import { SingleFlight, type InFlight } from '../lib/single-flight.ts';
import type { RequestScope, BatchOwner } from '../upstream/call.ts';
import type { FoundById } from './read-batch.ts';

/** Traced fields by the id that they wait for; null when nothing is traced. */
export type WaitingById = ReadonlyMap<string, readonly FieldsWaiting[]> | null;

/**
 * A bulk call of one identity. Requests that need some of its ids join it. Until it is sent they can add ids of their own:
 * ids that are needed while it waits for its permit go with it.
 */
export class Batch<Entity, Expand extends string> {
  readonly expand: readonly Expand[];
  readonly #clock: Clock;
  readonly #maxSize: number;
  /** Distinct; includes ids that no request waits for any more. */
  readonly #ids: string[];
  readonly #shared: SingleFlight<FoundById<Entity>>;
  /** Ids that each request needs, one list per join, in the order of first joins. */
  readonly #owners = new Map<RequestScope, (readonly string[])[]>();
  #hasAnyFollowerLeft = false;
  #closed: readonly string[] | undefined;
  /** Set of the ids, made when `carries` first needs it: seldom. */
  #carried: Set<string> | undefined;
  #sentAtMs: number | null = null;
  #trace: BatchTrace | null = null;
  /** Traced fields that wait, until the batch is made. */
  #waiting: Set<FieldsWaiting> | undefined;

  /**
   * @param ids First ids, distinct.
   * @param onOver Called when the batch can no longer be joined.
   */
  constructor(
    clock: Clock,
    ids: readonly string[],
    expand: readonly Expand[],
    maxSize: number,
    onOver: () => void,
  ) {
    this.expand = expand;
    this.#clock = clock;
    this.#ids = [...ids];
    this.#maxSize = maxSize;
    this.#shared = new SingleFlight(onOver);
  }

  /** True when one more id can be added. */
  get isOpen(): boolean {
    return this.#closed === undefined && this.#ids.length < this.#maxSize && !this.isGivenUp;
  }

  /** True when this request already waits for the batch. */
  isFollowedBy(requestScope: RequestScope): boolean {
    return this.#owners.has(requestScope);
  }

  /** True when the batch asks for this id, or will. */
  carries(id: string): boolean {
    if (this.#ids.length === 1) return this.#ids[0] === id;
    this.#carried ??= new Set(this.#closed ?? this.#ids);
    return this.#carried.has(id);
  }

  /** Adds an id that the batch does not carry; only while it is open. */
  add(id: string): void {
    this.#ids.push(id);
    this.#carried?.add(id);
  }

  /** Time of `close`, on the monotonic clock; null before it. */
  get sentAtMs(): number | null {
    return this.#sentAtMs;
  }

  /** True when all followers have left, so that there will be no result. */
  get isGivenUp(): boolean {
    return this.#shared.signal.aborted;
  }

  /** Waits for the results of these ids. Rejects with an `UpstreamError` when the request's deadline is over. */
  async join(
    requestScope: RequestScope,
    ids: readonly string[],
    waiting: WaitingById,
  ): Promise<FoundById<Entity>> {
    const { reason } = requestScope.deadline;
    if (reason !== undefined) {
      // Earlier joins of the request are rejected a moment later; until then the batch may be made for them.
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

  /** Makes the call on behalf of all requests that wait. */
  make(resource: string, work: (maker: BatchOwner, shared: InFlight) => Promise<FoundById<Entity>>): void {
    this.#shared.begin((shared) => {
      const trace = this.#beginTrace(resource);
      const result = work(this.#owner(), shared);
      return trace === null ? result : this.#ended(result, trace);
    });
  }

  /** Ids of the call, those that a request still waits for. No more ids can be added from then on. */
  close(): readonly string[] {
    if (this.#closed !== undefined) return this.#closed;
    this.#closed = this.#hasAnyFollowerLeft ? this.#stillWanted() : this.#ids;
    if (this.#closed !== this.#ids) this.#carried = undefined;
    this.#sentAtMs = this.#clock.now();
    return this.#closed;
  }

  /** Part of the call, 0 to 1, that was for ids of each caller which the upstream does not know. */
  unknownByCaller(found: FoundById<Entity>): ReadonlyMap<CallerKey, number> {
    const shares = new Map<CallerKey, number>();
    const ids = this.close();
    const unknown = new Set(ids.filter((id) => (found.get(id) ?? null) === null));
    if (unknown.size === 0) return shares;
    for (const [caller, owners] of Map.groupBy(this.#owners, ([owner]) => owner.caller)) {
      const wanted = new Set(owners.flatMap(([, lists]) => lists.flat()));
      const share = unknown.intersection(wanted).size / ids.length;
      if (share > 0) shares.set(caller, share);
    }
    return shares;
  }

  #noteWaiting(ids: readonly string[], waiting: NonNullable<WaitingById>): void {
    for (const id of ids) {
      for (const fields of waiting.get(id) ?? []) {
        if (this.#trace === null) (this.#waiting ??= new Set()).add(fields);
        else fields.comesBy(this.#trace);
      }
    }
  }

  /** Trace of the batch, within the first recorded request that waits, or else the first traced one. */
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

  /** Owner of the call, which the budgets of all followers pay for. */
  #owner(): BatchOwner {
    const [first] = this.#owners.keys();
    if (first === undefined) throw new TypeError('A batch is made only while a request waits for it.');
    return {
      identity: first.identity,
      caller: first.caller,
      trace: this.#trace,
      usage: first.usage,
      budget: budgetOfAll(first.budget, () => this.#owners.keys().map(({ budget }) => budget)),
    };
  }
}
