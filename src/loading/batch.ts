import { UnknownValueError, UpstreamError } from '../errors.ts';
import { budgetOfAll } from '../upstream/budget.ts';
import type { BatchTrace, FieldsWaiting } from '../upstream/trace.ts';
import { SharedCall, type SharedWork } from '../lib/single-flight.ts';
import type { Asker, CallMaker } from '../upstream/client.ts';
import type { Found } from './read-batch.ts';

type Result<Entity> = ReadonlyMap<string, Found<Entity>>;
/** By what they wait for; null where nobody traces them. */
export type WaitingById = ReadonlyMap<string, readonly FieldsWaiting[]> | null;

/**
 * A bulk call of one identity that whoever needs some of its ids can join, and until it is sent with ids of their own: while
 * it waits for its turn in the quota, what others need goes with it.
 */
export class BulkCall<Entity> {
  readonly #most: number;
  /** Each once; also those that nobody waits for any more. */
  readonly #ids: string[];
  readonly #shared: SharedCall<Result<Entity>>;
  /** With the ids that each is here for, at each time that they came. In the order in which they came first. */
  readonly #askers = new Map<Asker, (readonly string[])[]>();
  #hasAnybodyLeft = false;
  #sealed: readonly string[] | undefined;
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
    this.#most = most;
    this.#shared = new SharedCall(onOver);
  }

  /** Whether one more id can go with it. */
  get isOpen(): boolean {
    return this.#sealed === undefined && this.#ids.length < this.#most && !this.isGivenUp;
  }

  /** Whether this asker waits for it already. */
  isAwaitedBy(asker: Asker): boolean {
    return this.#askers.has(asker);
  }

  /** Whether it asks for this id, or will. */
  carries(id: string): boolean {
    if (this.#ids.length === 1) return this.#ids[0] === id;
    this.#carried ??= new Set(this.#sealed ?? this.#ids);
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

  /** Waits for what is found of these of its ids. Rejects with an `UpstreamError` when the asker's time is over. */
  async join(asker: Asker, ids: readonly string[], waiting: WaitingById): Promise<Result<Entity>> {
    const { reason } = asker.deadline;
    if (reason !== undefined) {
      // Who waits already is told in a moment, and until then it may be made on their behalf.
      this.#hasAnybodyLeft = true;
      throw reason;
    }
    const others = this.#askers.get(asker);
    if (others !== undefined) others.push(ids);
    else {
      if (this.#askers.size > 0) asker.tally.shared();
      this.#askers.set(asker, [ids]);
    }
    if (waiting !== null) this.#noteWaiting(ids, waiting);
    try {
      return await this.#shared.join(asker.deadline);
    } catch (error) {
      this.#askers.delete(asker);
      this.#hasAnybodyLeft = true;
      throw error;
    }
  }

  /** Makes the call, on behalf of everybody who waits for it by then. */
  make(resource: string, work: (maker: CallMaker, shared: SharedWork) => Promise<Result<Entity>>): void {
    this.#shared.begin((shared) => {
      const trace = this.#beginTrace(resource);
      const result = work(this.#maker(), shared);
      return trace === null ? result : this.#ended(result, trace);
    });
  }

  /** The ids that it is made for, those that somebody still waits for; from now on no more can go with it. */
  seal(): readonly string[] {
    if (this.#sealed !== undefined) return this.#sealed;
    this.#sealed = this.#hasAnybodyLeft ? this.#stillWanted() : this.#ids;
    if (this.#sealed !== this.#ids) this.#carried = undefined;
    this.#sentAtMs = performance.now();
    return this.#sealed;
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
    for (const { trace } of this.#askers.keys()) {
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

  async #ended(result: Promise<Result<Entity>>, trace: BatchTrace): Promise<Result<Entity>> {
    try {
      const found = await result;
      const unknown = found.values().find((each) => each instanceof UnknownValueError);
      trace.end(this.seal().length, unknown?.reason.failure ?? null);
      return found;
    } catch (error) {
      trace.end(this.seal().length, error instanceof UpstreamError ? error.failure : null);
      throw error;
    }
  }

  #stillWanted(): readonly string[] {
    const wanted = new Set<string>();
    for (const id of [...this.#askers.values()].flat(2)) wanted.add(id);
    return wanted.size === 0 || wanted.size === this.#ids.length
      ? this.#ids
      : this.#ids.filter((id) => wanted.has(id));
  }

  /** It is paid for by all who wait. */
  #maker(): CallMaker {
    const [first] = this.#askers.keys();
    if (first === undefined) throw new TypeError('A bulk call is made for somebody.');
    return {
      identity: first.identity,
      caller: first.caller,
      trace: this.#trace,
      tally: first.tally,
      budget: budgetOfAll(first.budget, () => this.#askers.keys().map(({ budget }) => budget)),
    };
  }
}
