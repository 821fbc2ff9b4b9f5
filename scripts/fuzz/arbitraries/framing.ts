import * as fc from 'fast-check';
import { editedBytes } from './text.ts';

const BODY = '{"query":"{ __typename }"}';
const HEAD = 'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';

/** Header lines about the end of the body, wrong or duplicate, and malformed headers. */
const claims = fc.constantFrom(
  'content-length: 0',
  'content-length: 1',
  'content-length: 27',
  'content-length: 99999',
  'content-length: -1',
  'content-length: 1e3',
  'content-length: 0x1a',
  'content-length: ',
  'content-length: 26, 26',
  'content-length: 99999999999999999999',
  'content-length: 26\r\ncontent-length: 27',
  'Content-Length : 26',
  'content-length: +26',
  'transfer-encoding: chunked',
  'transfer-encoding: chunked\r\ncontent-length: 26',
  'transfer-encoding: gzip, chunked',
  'transfer-encoding: chunked, chunked',
  'transfer-encoding: identity',
  'transfer-encoding: xchunked',
  'transfer-encoding:\tchunked',
  'transfer-encoding: chunked\r\ntransfer-encoding: identity',
  'Transfer-Encoding : chunked',
  ' transfer-encoding: chunked',
  '',
  'expect: 100-continue\r\ncontent-length: 26',
  'a',
  ': b',
  'a\0b: c',
  'a: b\0',
  'a: b\n\rc: d',
  'a: b\r\n c',
  '\u00ff: a',
  'content-length: 26\r\nupgrade: websocket\r\nconnection: upgrade',
  'content-length: 26\r\nhost: evil.example',
  `x: ${'y'.repeat(20_000)}`,
);

const bodies = fc.constantFrom(
  BODY,
  '',
  `1a\r\n${BODY}\r\n0\r\n\r\n`,
  `1A;ext="${'x'.repeat(100)}"\r\n${BODY}\r\n0\r\nauthorization: Bearer x\r\n\r\n`,
  `1a;${'x'.repeat(20_000)}\r\n${BODY}\r\n0\r\n\r\n`,
  `ff\r\n${BODY}\r\n0\r\n\r\n`,
  `-1\r\n${BODY}`,
  `fffffffffffffffff\r\n${BODY}`,
  `1a\n${BODY}\n0\n\n`,
  `1a\r\n${BODY}0\r\n\r\n`,
  `0\r\n\r\n${BODY}`,
  `${BODY}GET /graphql?query={__typename} HTTP/1.1\r\nhost: localhost\r\n\r\n`,
);

const starts = fc.constantFrom(
  HEAD,
  HEAD.replaceAll('\r\n', '\n'),
  HEAD.replace('1.1', '1.0'),
  HEAD.replace('1.1', '0.9'),
  HEAD.replace('1.1', '2.0'),
  HEAD.replace('HTTP/1.1', ''),
  HEAD.replace('HTTP/1.1', 'HTTP/1.1 x'),
  HEAD.replace('host: localhost\r\n', ''),
  HEAD.replace('POST', 'GET'),
  HEAD.replace('POST', 'CONNECT'),
  `\r\n\r\n${HEAD}`,
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003',
);

/** Requests whose end is unclear. */
const brokenFraming: fc.Arbitrary<Buffer> = fc
  .tuple(starts, claims, bodies)
  .map(([start, claim, body]) =>
    Buffer.from(`${start}${claim === '' ? '' : `${claim}\r\n`}\r\n${body}`, 'latin1'),
  );

/** Requests with broken framing, some damaged further, and random bytes. */
export const garbage: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 4, arbitrary: brokenFraming },
  { weight: 2, arbitrary: editedBytes(brokenFraming) },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  },
);
