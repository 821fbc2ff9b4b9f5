import * as fc from 'fast-check';
import type { Exchange } from '../exchange.ts';
import { type Header, type WireRequest, written } from '../write-request.ts';
import { demands } from './demands.ts';
import { documents } from './documents.ts';
import { typedBodies } from './forms.ts';
import { garbage } from './framing.ts';
import { answerable, authorized, oddHeaders } from './headers.ts';
import { jsonBodies } from './json-bodies.ts';
import { operations } from './operations.ts';
import { methods, targets } from './targets.ts';

const JSON_TYPE: Header = ['content-type', 'application/json'];

/** A POST as an ordinary client sends it. */
function posted(bodies: fc.Arbitrary<Buffer>): fc.Arbitrary<WireRequest> {
  const chunkBytes = fc.oneof(
    { weight: 9, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constantFrom(1, 7, 4096) },
  );
  return fc.tuple(bodies, authorized, answerable, chunkBytes).map(([body, authorization, accept, size]) => ({
    method: 'POST',
    target: '/graphql',
    headers: [JSON_TYPE, authorization, accept],
    body,
    // Large bodies get larger chunks: in chunks of a byte, one would take as long as all the others together.
    ...(size > 0 && { chunkBytes: Math.max(size, Math.ceil(body.length / 1000)) }),
  }));
}

const asked = posted(documents.map((query) => Buffer.from(JSON.stringify({ query }))));
const operated = posted(operations.map((operation) => Buffer.from(JSON.stringify(operation))));
const sentJson = posted(jsonBodies);
const demanded = posted(demands);

const formed: fc.Arbitrary<WireRequest> = fc
  .tuple(typedBodies, authorized, answerable)
  .map(([{ contentType, body }, authorization, accept]) => ({
    method: 'POST',
    target: '/graphql',
    headers: [['content-type', contentType], authorization, accept],
    body,
  }));

const oddlyHeaded: fc.Arbitrary<WireRequest> = fc
  .tuple(
    oddHeaders,
    fc.constantFrom('{ __typename }', '{ user(id: "nobody-has-this-id") { name } }'),
    fc.boolean(),
  )
  .map(([headers, query, isGet]) => {
    const names = new Set(headers.map(([name]) => name));
    return isGet
      ? { method: 'GET', target: `/graphql?query=${encodeURIComponent(query)}`, headers, body: null }
      : {
          method: 'POST',
          target: '/graphql',
          headers: names.has('content-type') ? headers : [...headers, JSON_TYPE],
          body: Buffer.from(JSON.stringify({ query })),
        };
  });

const oddlyAimed: fc.Arbitrary<WireRequest> = fc
  .tuple(methods, targets, authorized, answerable, fc.boolean())
  .map(([method, target, authorization, accept, hasBody]) => ({
    method,
    // UTF-8 as latin1, because each character of a written request is one byte.
    target: Buffer.from(target).toString('latin1'),
    headers: hasBody ? [authorization, accept, JSON_TYPE] : [authorization, accept],
    body: hasBody ? Buffer.from('{"query":"{ __typename }"}') : null,
  }));

/** GraphiQL's page is large, so it is requested rarely. */
const page: WireRequest = {
  method: 'GET',
  target: '/graphql',
  headers: [['accept', 'text/html']],
  body: null,
};

const plain = {
  pauseMs: 0,
  isSound: true,
  isProbed: false,
  leaves: 'never',
} as const satisfies Partial<Exchange>;

function single(kind: string, requests: fc.Arbitrary<WireRequest>): fc.Arbitrary<Exchange> {
  return fc.tuple(requests, fc.nat(3)).map(([request, lot]) => ({
    ...plain,
    kind,
    pieces: [written(request)],
    methods: [request.method],
    // CONNECT ends the connection. So does a head that is too large, and its answer can get lost.
    isSound: request.method !== 'CONNECT' && headBytes(request) < 12_000,
    isProbed: lot === 0,
  }));
}

function headBytes({ target, headers }: WireRequest): number {
  return headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, target.length);
}

const any = fc.oneof(asked, operated, sentJson, formed, oddlyHeaded, oddlyAimed);

const pipelined: fc.Arbitrary<Exchange> = fc
  .array(fc.oneof(asked, operated, sentJson), { minLength: 2, maxLength: 6 })
  .map((requests) => ({
    ...plain,
    kind: 'pipelined',
    pieces: [Buffer.concat(requests.map(written))],
    methods: requests.map(({ method }) => method),
    isProbed: true,
  }));

/** Clients that disconnect while they send or receive. */
const dropped: fc.Arbitrary<Exchange> = fc
  .tuple(any, fc.nat(9999), fc.constantFrom('when sent', 'when answered in part'))
  .map(([request, at, leaves]): Exchange => {
    const bytes = written(request);
    const sent = leaves === 'when sent' ? bytes.subarray(0, 1 + (at % bytes.length)) : bytes;
    return { ...plain, kind: 'dropped', pieces: [sent], methods: [request.method], isSound: false, leaves };
  });

const broken: fc.Arbitrary<Exchange> = garbage.map((bytes) => ({
  ...plain,
  kind: 'broken HTTP',
  pieces: [bytes],
  methods: [],
  isSound: false,
}));

const slow: fc.Arbitrary<Exchange> = fc
  .tuple(
    fc.oneof(asked, sentJson, formed),
    fc.array(fc.nat(9999), { minLength: 1, maxLength: 4 }),
    fc.constantFrom(1, 20, 100),
  )
  .map(([request, cuts, pauseMs]): Exchange => {
    const bytes = written(request);
    const places = [0, ...cuts.map((cut) => cut % bytes.length).toSorted((a, b) => a - b), bytes.length];
    const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
    return { ...plain, kind: 'slow', pieces, pauseMs, methods: [request.method] };
  });

/** Exchanges of all kinds, by weight. */
export const exchanges: fc.Arbitrary<Exchange> = fc.oneof(
  { weight: 300, arbitrary: single('documents', asked) },
  { weight: 200, arbitrary: single('operations', operated) },
  { weight: 160, arbitrary: single('JSON bodies', sentJson) },
  { weight: 40, arbitrary: single('demands', demanded) },
  { weight: 60, arbitrary: single('forms', formed) },
  { weight: 120, arbitrary: single('headers', oddlyHeaded) },
  { weight: 120, arbitrary: single('targets', oddlyAimed) },
  { weight: 1, arbitrary: single('GraphiQL', fc.constant(page)) },
  { weight: 20, arbitrary: pipelined },
  { weight: 60, arbitrary: dropped },
  { weight: 60, arbitrary: broken },
  { weight: 10, arbitrary: slow },
);
