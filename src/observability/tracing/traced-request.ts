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
import type { BatchTrace, CallTrace, FieldTrace, RequestTrace } from '../../upstream/trace.ts';
import type { UpstreamAnswer } from '../../upstream/answer.ts';
import type { SerializedRequest } from '../../upstream/request.ts';

/*
 * Names of attributes without `gateway.` in front are those of OpenTelemetry's semantic conventions, 1.45:
 * https://opentelemetry.io/docs/specs/semconv/ (http, graphql, error). Nothing that somebody sent or the upstream answered
 * becomes an attribute, but for the operation's name and the id by which the vendor's support finds a call.
 */

/** Where and when spans are made. */
export interface TracingOptions {
  readonly tracer: Tracer;
  /** Of the upstream: `server.address` and `server.port`. */
  readonly upstream: Attributes;
}

/** A request to the gateway, as the plugin that follows it tells of it. */
export interface ServerTrace extends RequestTrace {
  /** Which operation it asks for. */
  operation(type: string, name: string | undefined): void;
  /** Codes of errors in its answer. */
  errors(codes: readonly string[]): void;
  end(status: number): void;
}

/** What becomes of a request by such is the gateway's concern; the others are its clients'. */
const OWN_FAILURE = /^(UPSTREAM_|INTERNAL_)/;

export class TracedRequest implements ServerTrace {
  readonly isRecorded: boolean;
  readonly #means: TracingOptions;
  readonly #span: Span;
  readonly #context: Context;
  readonly #now = startClock();

  /** `parent` is what the client sent of its own trace. */
  constructor(means: TracingOptions, parent: Context, method: string, route: string) {
    this.#means = means;
    this.#span = means.tracer.startSpan(
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
    this.#span.setAttribute('gateway.error.codes', [...new Set(codes)]);
    const ownFailure = codes.find((code) => OWN_FAILURE.test(code));
    if (ownFailure !== undefined) fail(this.#span, ownFailure);
  }

  end(status: number): void {
    this.#span.setAttribute('http.response.status_code', status);
    if (status >= 500) fail(this.#span, String(status));
    this.#span.end(this.#now());
  }

  field(position: string): FieldTrace {
    return new TracedField(this.#means.tracer, this.#context, this.#now, position);
  }

  batch(resource: string): BatchTrace {
    return new TracedBatch(this.#means, this.#context, this.#now, resource);
  }
}

/** It has a span as soon as there is something to wait for, and so none where everything is there already. */
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
    // Its request's time can be over before the batch that it asked for is made.
    if (this.#isOver || this.#batches.has(batch)) return;
    // One link, however many of the ids that it wants come by it.
    this.#batches.add(batch);
    this.#span ??= this.#tracer.startSpan(this.#position, { startTime: this.#startTime }, this.#context);
    this.#span.addLink({ context: batch.spanContext });
    batch.isAwaitedBy(this.#span.spanContext());
  }

  failed({ code }: UpstreamFailure): void {
    if (this.#span !== null && !this.#isOver) fail(this.#span, code);
  }

  end(): void {
    this.#isOver = true;
    this.#span?.end(this.#now());
  }
}

class TracedBatch implements BatchTrace {
  readonly #means: TracingOptions;
  readonly #resource: string;
  readonly #span: Span;
  readonly #context: Context;
  readonly #now: () => number;
  /** How often each read was sent. */
  readonly #sent = new Map<SerializedRequest, number>();

  constructor(means: TracingOptions, context: Context, now: () => number, resource: string) {
    this.#means = means;
    this.#resource = resource;
    this.#now = now;
    this.#span = means.tracer.startSpan(
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
    const span = this.#means.tracer.startSpan(
      `${request.method} ${this.#resource}`,
      {
        kind: SpanKind.CLIENT,
        startTime: this.#now(),
        attributes: {
          ...this.#means.upstream,
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
    if (failure !== null) fail(this.#span, failure.code);
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
    fail(this.#span, failure?.code ?? 'INTERNAL_SERVER_ERROR');
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

function fail(span: Span, code: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', code);
}

/** Milliseconds since 1970, which do not jump while a request is under way: otherwise its spans could end before they begin. */
function startClock(): () => number {
  const offsetMs = Date.now() - performance.now();
  return () => offsetMs + performance.now();
}
