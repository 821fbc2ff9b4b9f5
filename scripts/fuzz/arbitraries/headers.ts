import * as fc from 'fast-check';
import { tokenPlace } from '../exchange.ts';
import type { Header } from '../write-request.ts';

export const TOKENS = 40;

/** Authorization header of a caller whose token the upstream knows. */
export const authorized: fc.Arbitrary<Header> = fc
  .nat(TOKENS - 1)
  .map((nth) => ['authorization', `Bearer ${tokenPlace(nth)}`]);

/** Accept headers with media types that the gateway can answer with. */
export const answerable: fc.Arbitrary<Header> = fc
  .constantFrom(
    'application/json',
    'application/graphql-response+json',
    'application/graphql-response+json, application/json;q=0.9',
    '*/*',
    'text/event-stream',
    'multipart/mixed',
  )
  .map((value) => ['accept', value]);

const uuid = '0e35ba2a-9c1e-4b1e-9f3a-6d2f1f6a7b11';

/** Headers that the gateway, Node or a proxy reads, with values that are almost right. */
const telling: Readonly<Record<string, readonly string[]>> = {
  authorization: [
    '',
    'Bearer',
    'Bearer ',
    'bearer x',
    'Basic c2FuZGJveDpzYW5kYm94',
    'Bearer a b',
    'Bearer x, Bearer y',
    'Bearer \u00ff',
    `Bearer ${'x'.repeat(9000)}`,
    'Bearer eyJhbGciOiJub25lIn0.e30.',
    'Digest username="x"',
  ],
  'x-api-key': ['', 'x', '\u00ff', 'a,b', 'x'.repeat(5000)],
  accept: [
    '',
    ',',
    '/',
    '*',
    '*/json',
    'application/json;q=0',
    'application/json;charset=utf-16',
    'text/html;q=x',
    ';;;',
    'a/b;c="d,e"',
    '*/*;q=0.0000000001',
    `${'a/b,'.repeat(2000)}*/*`,
    'application/json; charset',
    `${'a,'.repeat(4000)}*/*`,
    `application/json${' '.repeat(8000)};q=1`,
    'multipart/mixed; boundary=\u00ff',
  ],
  'content-type': [
    '',
    'application/json; charset=utf-16',
    'application/json; charset=nonsense',
    'application/json;charset="utf-8',
    'APPLICATION/JSON',
    'Application/JSON ; Charset="UTF-8"',
    `application/json${' '.repeat(8000)};charset=utf-8`,
    'application/jsonx',
    'application/json, text/plain',
    'application/graphql',
    'application/graphql+json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary="',
    'multipart/form-data; boundary=\u00ff',
    `multipart/form-data; boundary=${'x'.repeat(200)}`,
    '/',
    ';',
    '\u00ff',
    '__proto__',
  ],
  'content-encoding': ['gzip', 'br', 'identity', 'gzip, gzip', 'nonsense', '', '\u00ff', 'deflate', 'zstd'],
  'accept-encoding': ['gzip', 'br;q=1', '*', '', 'identity;q=0', 'nonsense', 'gzip;q=x', 'zstd, br'],
  'x-request-id': ['', uuid, 'a b', '\u00ff', 'x'.repeat(5000), '__proto__', '{"a":1}', '<script>', 'a\tb'],
  'x-upstream-report': ['1', '0', '', 'true', '1, 1', '\u00ff'],
  traceparent: [
    `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    '00-0-0-00',
    `ff-${'0'.repeat(32)}-${'0'.repeat(16)}-ff`,
    '',
    '-',
    '\u00ff',
    'x'.repeat(5000),
  ],
  tracestate: ['a=b', ',,,', '='.repeat(600), '\u00ff'],
  baggage: ['a=b;c', '%', ',,', '\u00ff'],
  'apollographql-client-name': ['web', '', '\u00ff', 'x'.repeat(5000), '__proto__', '\t'],
  'apollographql-client-version': ['1.0.0', '', '\u00ff'],
  'apollo-require-preflight': ['true', ''],
  'x-graphql-csrf': ['1', ''],
  'graphql-require-preflight': ['1'],
  'sec-fetch-mode': ['cors', 'no-cors', 'navigate', '', '\u00ff'],
  'sec-purpose': ['prefetch', ''],
  origin: ['null', 'http://localhost', 'https://evil.example', '', 'http://[', '\u00ff', 'file://', '*'],
  referer: ['http://localhost/graphql', '\u00ff', 'x'.repeat(4000)],
  cookie: ['a=b', ';'.repeat(2000), '\u00ff'],
  'access-control-request-method': ['POST', '', '\u00ff'],
  'access-control-request-headers': ['authorization', '*', '\u00ff'],
  host: [
    'localhost',
    'LOCALHOST:1',
    'localhost.',
    '127.0.0.1:4000',
    '[::1]:1',
    '127.1',
    '0x7f.1',
    'evil.example',
    'localhost.evil.example',
    'evil@localhost',
    'localhost/graphql',
    'localhost:99999',
    'localhost:',
    '[',
    '[::1',
    '[::g]',
    '',
    ' ',
    '\u00ff',
    'a b',
    'localhost,localhost',
    'x'.repeat(300),
    '1'.repeat(300),
    'xn--',
    '%6c',
    'localhost%00',
    '[::ffff:127.0.0.1]',
    '999999999999',
  ],
  'x-forwarded-for': ['127.0.0.1', '\u00ff', ','.repeat(3000)],
  'x-forwarded-host': ['evil.example', '['],
  'x-forwarded-proto': ['https', '\u00ff'],
  forwarded: ['for=x;host=evil.example;proto=https', '"'],
  'x-http-method-override': ['DELETE'],
  'x-method-override': ['GET'],
  expect: ['100-continue', '100-Continue', 'nonsense', '', '200-ok'],
  upgrade: ['websocket', 'h2c', 'TLS/1.0', '\u00ff'],
  connection: [
    'close',
    'keep-alive',
    'Upgrade',
    'Upgrade, HTTP2-Settings',
    'close, keep-alive',
    'authorization',
    '',
    'nonsense',
  ],
  'http2-settings': ['AAMAAABkAARAAAAAAAIAAAAA'],
  'sec-websocket-key': ['dGhlIHNhbXBsZSBub25jZQ=='],
  'sec-fetch-site': ['same-origin', 'same-site', 'cross-site', 'none', '', 'none, none', '\u00ff'],
  te: ['trailers', 'deflate', '\u00ff'],
  trailer: ['authorization', 'content-length'],
  range: ['bytes=0-1', 'bytes=-'],
  'if-none-match': ['*', '"x"'],
  'if-modified-since': ['x', 'Thu, 01 Jan 1970 00:00:00 GMT'],
  'cache-control': ['only-if-cached', 'no-cache'],
  'keep-alive': ['timeout=0', 'x'],
  'user-agent': ['', '\u00ff', 'x'.repeat(3000)],
  'accept-language': ['', '*;q=x'],
  __proto__: ['x'],
  constructor: ['x'],
};

/** Header value of any bytes that are allowed. */
const anyValue = fc
  .array(
    fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0x80, max: 0xff }), fc.constant(9)),
    { maxLength: 30 },
  )
  .map((codes) => String.fromCharCode(...codes));

const tellingHeader: fc.Arbitrary<Header> = fc
  .constantFrom(...Object.entries(telling))
  .chain(([name, values]) =>
    fc
      .oneof({ weight: 4, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: anyValue })
      .map((value): Header => [name, value]),
  );

const name = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      'Z',
      '9',
      '!',
      '#',
      '$',
      '%',
      '&',
      "'",
      '*',
      '+',
      '-',
      '.',
      '^',
      '_',
      '`',
      '|',
      '~',
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((characters) => characters.join(''));

/** Headers that do not change where a request ends; some occur more than once. */
export const oddHeaders: fc.Arbitrary<readonly Header[]> = fc.oneof(
  { weight: 20, arbitrary: fc.array(tellingHeader, { minLength: 1, maxLength: 5 }) },
  { weight: 2, arbitrary: tellingHeader.map((header) => [header, header]) },
  { weight: 4, arbitrary: fc.array(fc.tuple(name, anyValue), { maxLength: 5 }) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(100, 500, 1000)
      .map((count) => Array.from({ length: count }, (_, n): Header => [`x-${n}`, 'y'])),
  },
);
