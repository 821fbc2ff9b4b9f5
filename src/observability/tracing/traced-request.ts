import {
  type Attributes,
  type Context,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { TRACE_PARENT_HEADER, TRACE_STATE_HEADER } from '@opentelemetry/core';
import type { UpstreamFailure } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import type { BatchTrace, CallTrace, FieldTrace, RequestTrace } from '../../upstream/trace.ts';
import type { UpstreamAnswer } from '../../upstream/answer.ts';
import type { SerializedRequest } from '../../upstream/request.ts';

/*
 * Attribute names without the prefix `gateway.` are those of OpenTelemetry's semantic conventions, 1.45:
 * https://opentelemetry.io/docs/specs/semconv/ (http, graphql, error). No text that a client sent or the upstream answered
 * becomes an attribute, except the operation's name and the correlation id by which the vendor's support finds a call.
 */

/** Tracer, and attributes that spans share. */
export interface TracingOptions {
  readonly clock: Clock;
  readonly tracer: Tracer;
  /** Address of the upstream: `server.address` and `server.port`. */
  readonly upstream: Attributes;
}

/** Trace of a request to the gateway, filled in by `useTraces`. */
export interface ServerTrace extends RequestTrace {
  /** Notes the operation that the request asks for. */
  operation(type: string, name: string | undefined): void;
  /** Notes the codes of a result's errors. */
  errors(codes: readonly string[]): void;
  end(status: number): void;
}

/** Error codes that make a request's span fail; other errors are the client's concern. */
const OWN_FAILURE = /^(UPSTREAM_|INTERNAL_)/;

export class TracedRequest implements ServerTrace {
  readonly isRecorded: boolean;
  readonly #options: TracingOptions;
  readonly #span: Span;
  readonly #context: Context;
  readonly #now: () => number;
  readonly #errorCodes = new Set<string>();

  /** `parent` holds the client's trace context, if the client sent one. */
  constructor(options: TracingOptions, parent: Context, method: string, route: string) {
    this.#options = options;
    this.#now = epochClock(options.clock);
    this.#span = options.tracer.startSpan(
      `${method} ${route}`,
      {
        kind: SpanKind.SERVER,
        startTime: this.#now(),
        attributes: { 'http.request.method': method, 'http.route': route },
      },
      parent,
    );
    this.isRecorded = this.#span.isRecording();
    this.#context = trace.setSpan(parent, this.#span);
  }

  operation(type: string, name: string | undefined): void {
    this.#span.updateName(name === undefined ? type : `${type} ${name}`);
    this.#span.setAttribute('graphql.operation.type', type);
    if (name !== undefined) this.#span.setAttribute('graphql.operation.name', name);
  }

  errors(codes: readonly string[]): void {
    for (const code of codes) this.#errorCodes.add(code);
    this.#span.setAttribute('gateway.error.codes', [...this.#errorCodes]);
    const ownFailure = codes.find((code) => OWN_FAILURE.test(code));
    if (ownFailure !== undefined) failSpan(this.#span, ownFailure);
  }

  end(status: number): void {
    this.#span.setAttribute('http.response.status_code', status);
    if (status >= 500) failSpan(this.#span, String(status));
    this.#span.end(this.#now());
  }

  field(position: string): FieldTrace {
    return new TracedField(this.#options.tracer, this.#context, this.#now, position);
  }

  batch(resource: string): BatchTrace {
    return new TracedBatch(this.#options, this.#context, this.#now, resource);
  }
}

/** The span is made at the first batch to wait for, so a field without a wait has none. */
class TracedField implements FieldTrace {
  readonly #tracer: Tracer;
  readonly #context: Context;
  readonly #now: () => number;
  readonly #position: string;
  readonly #startTime: number;
  readonly #batches = new Set<BatchTrace>();
  #span: Span | null = null;
  #isOver = false;

  constructor(tracer: Tracer, context: Context, now: () => number, position: string) {
    this.#tracer = tracer;
    this.#context = context;
    this.#now = now;
    this.#position = position;
    this.#startTime = now();
  }

  waitsFor(batch: BatchTrace): void {
    if (!(batch instanceof TracedBatch)) throw new TypeError('A field waits for batches of the same tracer.');
    // The request's deadline can end the field before its batch is made.
    if (this.#isOver || this.#batches.has(batch)) return;
    // One link for each batch, however many of the field's ids it loads.
    this.#batches.add(batch);
    this.#span ??= this.#tracer.startSpan(this.#position, { startTime: this.#startTime }, this.#context);
    this.#span.addLink({ context: batch.spanContext });
    batch.isAwaitedBy(this.#span.spanContext());
  }

  failed({ code }: UpstreamFailure): void {
    if (this.#span !== null && !this.#isOver) failSpan(this.#span, code);
  }

  end(): void {
    this.#isOver = true;
    this.#span?.end(this.#now());
  }
}

class TracedBatch implements BatchTrace {
  readonly #options: TracingOptions;
  readonly #resource: string;
  readonly #span: Span;
  readonly #context: Context;
  readonly #now: () => number;
  /** Number of times that each request was sent. */
  readonly #sent = new Map<SerializedRequest, number>();

  constructor(options: TracingOptions, context: Context, now: () => number, resource: string) {
    this.#options = options;
    this.#resource = resource;
    this.#now = now;
    this.#span = options.tracer.startSpan(
      `load ${resource}`,
      { startTime: now(), attributes: { 'gateway.resource': resource } },
      context,
    );
    this.#context = trace.setSpan(context, this.#span);
  }

  get spanContext(): SpanContext {
    return this.#span.spanContext();
  }

  isAwaitedBy(field: SpanContext): void {
    this.#span.addLink({ context: field });
  }

  call(request: SerializedRequest, waitedMs: number): CallTrace {
    const earlier = this.#sent.get(request) ?? 0;
    this.#sent.set(request, earlier + 1);
    const span = this.#options.tracer.startSpan(
      `${request.method} ${this.#resource}`,
      {
        kind: SpanKind.CLIENT,
        startTime: this.#now(),
        attributes: {
          ...this.#options.upstream,
          'http.request.method': request.method,
          ...(earlier > 0 && { 'http.request.resend_count': earlier }),
          'gateway.resource': this.#resource,
          'gateway.batch.size': request.keys,
          'gateway.quota.waited_ms': Math.round(waitedMs * 1000) / 1000,
        },
      },
      this.#context,
    );
    return new TracedCall(span, this.#now);
  }

  end(keys: number, failure: UpstreamFailure | null): void {
    this.#span.setAttribute('gateway.batch.size', keys);
    if (failure !== null) failSpan(this.#span, failure.code);
    this.#span.end(this.#now());
  }
}

class TracedCall implements CallTrace {
  readonly headers: Readonly<Record<string, string>>;
  readonly #span: Span;
  readonly #now: () => number;

  constructor(span: Span, now: () => number) {
    this.#span = span;
    this.#now = now;
    this.headers = headersOf(span.spanContext());
  }

  answered({ status, correlationId }: UpstreamAnswer): void {
    this.#end(status, correlationId);
  }

  failed(failure: UpstreamFailure | null): void {
    failSpan(this.#span, failure?.code ?? 'INTERNAL_SERVER_ERROR');
    this.#end(failure?.upstreamStatus, failure?.correlationId);
  }

  #end(status: number | undefined, correlationId: string | undefined): void {
    if (status !== undefined) this.#span.setAttribute('http.response.status_code', status);
    if (correlationId !== undefined) {
      this.#span.setAttribute('gateway.upstream.correlation_id', correlationId);
    }
    this.#span.end(this.#now());
  }
}

function headersOf({ traceId, spanId, traceFlags, traceState }: SpanContext): Record<string, string> {
  const state = traceState?.serialize();
  return {
    [TRACE_PARENT_HEADER]: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
    ...(state && { [TRACE_STATE_HEADER]: state }),
  };
}

function failSpan(span: Span, code: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', code);
}

/** Epoch milliseconds that never jump during a request; otherwise spans could end before they begin. */
function epochClock(clock: Clock): () => number {
  const offsetMs = clock.epochMs() - clock.now();
  return () => offsetMs + clock.now();
}
