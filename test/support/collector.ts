import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';
import { listeningForTest } from './listening.ts';

/** The part of OTLP that tests read. Source: opentelemetry-proto 1.9, trace/v1/trace.proto and its imports. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message TracesData { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { Scope scope = 1; repeated Span spans = 2; }
  message Scope { string name = 1; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message ArrayValue { repeated AnyValue values = 1; }
  message AnyValue {
    oneof value {
      string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; ArrayValue array_value = 5;
    }
  }
  message Link { bytes trace_id = 1; bytes span_id = 2; }
  message Status { string message = 2; int32 code = 3; }
  message Span {
    bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
    fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9;
    repeated Link links = 13; Status status = 15;
  }
`);

export interface ExportedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a span without a parent. */
  readonly parentId: string;
  readonly traceState: string;
  readonly name: string;
  /** Span kind, such as SERVER. */
  readonly kind: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Ids of linked spans. */
  readonly links: readonly string[];
  readonly isError: boolean;
}

export interface Collector {
  /** Value for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string;
  /** Spans exported so far. */
  readonly spans: ExportedSpan[];
  /** Attributes of the resources that the spans belong to. */
  readonly resources: Readonly<Record<string, unknown>>[];
  readonly requests: {
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
    readonly text: string;
  }[];
  /** Sets the HTTP status of the answers to further exports. */
  answer(status: number): void;
}

/** A receiver of traces by OTLP over HTTP, closed with the test. */
export async function collectorForTest(): Promise<Collector> {
  const spans: Collector['spans'] = [];
  const resources: Collector['resources'] = [];
  const requests: Collector['requests'] = [];
  let status = 200;
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url: path = '', headers } = request;
    const sent = await buffer(request);
    const bytes = headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    requests.push({ path, headers, text: bytes.toString('latin1') });
    if (status === 200) read(bytes, spans, resources);
    response.writeHead(status, { 'content-type': 'application/x-protobuf' }).end();
  }
  const url = await listeningForTest((request, response) => void receive(request, response));
  return {
    url,
    spans,
    resources,
    requests,
    answer(next) {
      status = next;
    },
  };
}

function read(bytes: Uint8Array, spans: ExportedSpan[], resources: Collector['resources']): void {
  const type = root.lookupType('TracesData');
  const data = type.toObject(type.decode(bytes), { longs: String, bytes: Buffer, defaults: true });
  for (const { resource, scopeSpans } of data['resourceSpans']) {
    resources.push(attributesOf(resource.attributes));
    for (const each of scopeSpans) spans.push(...each.spans.map(spanOf));
  }
}

const kinds = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT'];
const ERROR = 2;

// oxlint-disable-next-line typescript/no-explicit-any -- decoded by protobufjs, to the messages above
function spanOf(span: any): ExportedSpan {
  return {
    traceId: span.traceId.toString('hex'),
    spanId: span.spanId.toString('hex'),
    parentId: span.parentSpanId.toString('hex'),
    traceState: span.traceState,
    name: span.name,
    kind: kinds[span.kind] ?? '',
    startNs: BigInt(span.startTimeUnixNano),
    endNs: BigInt(span.endTimeUnixNano),
    attributes: attributesOf(span.attributes),
    links: span.links.map((link: { spanId: Buffer }) => link.spanId.toString('hex')),
    isError: span.status?.code === ERROR,
  };
}

// oxlint-disable-next-line typescript/no-explicit-any -- decoded by protobufjs, to the messages above
function attributesOf(attributes: any[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]));
}

// oxlint-disable-next-line typescript/no-explicit-any -- decoded by protobufjs, to the messages above
function valueOf({ stringValue, boolValue, intValue, doubleValue, arrayValue }: any): unknown {
  if (arrayValue) return arrayValue.values.map(valueOf);
  return stringValue ?? boolValue ?? doubleValue ?? (intValue === undefined ? undefined : Number(intValue));
}
