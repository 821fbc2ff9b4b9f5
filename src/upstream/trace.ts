import type { UpstreamFailure } from '../errors.ts';
import type { UpstreamAnswer } from './answer.ts';
import type { SerializedRequest } from './request.ts';

/*
 * Interfaces through which a tracer follows requests. Fields wait for batches. A batch is made for one request, fields of
 * other requests may wait for it too, and it takes one call or more. Null replaces all of these when nothing is traced.
 */

/** Trace of a request. */
export interface RequestTrace {
  /** True when the trace is recorded; otherwise it is only passed on to the upstream. */
  readonly isRecorded: boolean;
  /** Starts a field that may have to wait, at its position in the query (`campaignInteractions.nodes.agent`). */
  field(position: string): FieldTrace;
  /** Starts a batch that is made for this request. */
  batch(resource: string): BatchTrace;
}

/** Trace of a field that may have to wait. */
export interface FieldTrace {
  /** The field waits for a batch, made for this request or another one. */
  waitsFor(batch: BatchTrace): void;
  /** Something that the field waits for failed. */
  failed(failure: UpstreamFailure): void;
  /** The field waits no longer. */
  end(): void;
}

/** Trace of data that is read together, for all fields that wait for some of it. */
export interface BatchTrace {
  /** Starts a call that waited `waitedMs` for its permit. Attempts of one read pass the same `request` object. */
  call(request: SerializedRequest, waitedMs: number): CallTrace;
  /** The batch is over. `keys` is the number of its ids; `failure` is why some are unknown, or null. */
  end(keys: number, failure: UpstreamFailure | null): void;
}

/** Trace of one exchange with the upstream. */
export interface CallTrace {
  /** Headers to send with the call, so that the upstream's own trace can continue this one. */
  readonly headers: Readonly<Record<string, string>>;
  answered(answer: UpstreamAnswer): void;
  /** Null when the error is no `UpstreamError`. */
  failed(failure: UpstreamFailure | null): void;
}

/** Fields that wait for one value, and the batches that load it: each field is told of each batch, in either order. */
export class FieldsWaiting {
  readonly #fields = new Set<FieldTrace>();
  readonly #batches = new Set<BatchTrace>();

  add(field: FieldTrace): void {
    if (this.#fields.has(field)) return;
    this.#fields.add(field);
    for (const batch of this.#batches) field.waitsFor(batch);
  }

  /** Adds a batch that loads the value. */
  comesBy(batch: BatchTrace): void {
    if (this.#batches.has(batch)) return;
    this.#batches.add(batch);
    for (const field of this.#fields) field.waitsFor(batch);
  }

  failed(failure: UpstreamFailure): void {
    for (const field of this.#fields) field.failed(failure);
  }
}

/** Notes that a field waits for the value with this key. */
export function addWaiting<Key>(byKey: Map<Key, FieldsWaiting>, key: Key, field: FieldTrace): void {
  const waiting = byKey.get(key) ?? new FieldsWaiting();
  byKey.set(key, waiting);
  waiting.add(field);
}
