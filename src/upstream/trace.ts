import type { UpstreamFailure } from '../errors.ts';
import type { UpstreamAnswer } from './answer.ts';
import type { SerializedRequest } from './request.ts';

/*
 * What is told to whoever traces requests. Fields wait for batches; a batch is made for one request, fields of others may
 * wait for it too, and it takes one call or more. Where nobody traces, null stands for a request's trace and for all below it.
 */

/** A request. */
export interface RequestTrace {
  /** Whether anybody is going to see it; otherwise it is only passed on to the upstream. */
  readonly isRecorded: boolean;
  /** A field that may have to wait from now on, by its place in the query (`campaignInteractions.nodes.agent`). */
  field(position: string): FieldTrace;
  /** A batch that is made for this request from now on. */
  batch(resource: string): BatchTrace;
}

/** A field that waits for something, if it comes to that. */
export interface FieldTrace {
  /** It waits for this batch, whatever request that is made for. */
  waitsFor(batch: BatchTrace): void;
  /** Something that it waits for could not be had. */
  failed(failure: UpstreamFailure): void;
  /** It waits no longer. */
  end(): void;
}

/** What is read at once, for whoever waits for some of it. */
export interface BatchTrace {
  /** A call that is sent now, after it had to wait so long for the quota. Tries of one read have the same request. */
  call(request: SerializedRequest, waitedMs: number): CallTrace;
  /** It is over. `keys` is how many ids it was for; `failure` why some are unknown, if any are. */
  end(keys: number, failure: UpstreamFailure | null): void;
}

/** One exchange with the upstream. */
export interface CallTrace {
  /** What is sent with it, so that the upstream's own trace can go on from here. */
  readonly headers: Readonly<Record<string, string>>;
  answered(answer: UpstreamAnswer): void;
  /** Null where it was no failure of the upstream's. */
  failed(failure: UpstreamFailure | null): void;
}

/** Fields that wait for one thing, and the batches by which it comes: each field is told of each batch, whichever is there first. */
export class FieldsWaiting {
  readonly #fields = new Set<FieldTrace>();
  readonly #batches = new Set<BatchTrace>();

  add(field: FieldTrace): void {
    if (this.#fields.has(field)) return;
    this.#fields.add(field);
    for (const batch of this.#batches) field.waitsFor(batch);
  }

  /** It comes by this batch. */
  comesBy(batch: BatchTrace): void {
    if (this.#batches.has(batch)) return;
    this.#batches.add(batch);
    for (const field of this.#fields) field.waitsFor(batch);
  }

  failed(failure: UpstreamFailure): void {
    for (const field of this.#fields) field.failed(failure);
  }
}

/** Notes that a field waits for what has this key. */
export function addWaiting<Key>(byKey: Map<Key, FieldsWaiting>, key: Key, field: FieldTrace): void {
  const waiting = byKey.get(key) ?? new FieldsWaiting();
  byKey.set(key, waiting);
  waiting.add(field);
}
