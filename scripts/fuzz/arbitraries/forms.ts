import * as fc from 'fast-check';
import { documents } from './documents.ts';
import { escaped } from './targets.ts';
import { anyText, editedBytes, manyUpTo } from './text.ts';

/** A body with its declared type. */
export interface TypedBody {
  readonly contentType: string;
  readonly body: Buffer;
}

const pairs = fc.array(
  fc.tuple(
    fc.constantFrom(
      'query',
      'variables',
      'operationName',
      'extensions',
      'operations',
      'map',
      '0',
      '__proto__',
      '',
    ),
    fc.oneof(
      anyText,
      documents.filter((text) => text.length < 5000),
      fc.json(),
      fc.constantFrom('{ __typename }', '{"0":["variables.a"]}', '{"query":"{ __typename }"}'),
    ),
  ),
  { maxLength: 5 },
);

const urlEncoded: fc.Arbitrary<TypedBody> = fc
  .oneof(
    pairs.map((all) => Buffer.from(all.map(([name, value]) => `${name}=${escaped(value)}`).join('&'))),
    pairs.map((all) => Buffer.from(all.map(([name, value]) => `${name}=${value}`).join('&'))),
    manyUpTo(20_000).map((count) => Buffer.from(`query=%7B__typename%7D${'&a=b'.repeat(count)}`)),
  )
  .map((body) => ({ contentType: 'application/x-www-form-urlencoded', body }));

/** Multipart bodies, with a right or wrong boundary in the header. */
const multipart: fc.Arbitrary<TypedBody> = fc
  .record({
    all: pairs,
    boundary: fc.constantFrom('x', 'x', 'y', '--', '"x"', ''),
    disposition: fc.constantFrom(
      'form-data; name=',
      'form-data; filename="../../a"; name=',
      'attachment; name=',
      "form-data; name*=utf-8''%zz; name=",
    ),
    isClosed: fc.boolean(),
  })
  .map(({ all, boundary, disposition, isClosed }) => {
    const parts = all.map(
      ([name, value]) => `--x\r\nContent-Disposition: ${disposition}"${name}"\r\n\r\n${value}\r\n`,
    );
    return {
      contentType: `multipart/form-data; boundary=${boundary}`,
      body: Buffer.from(`${parts.join('')}${isClosed ? '--x--\r\n' : ''}`),
    };
  });

const plain: fc.Arbitrary<TypedBody> = fc.record({
  contentType: fc.constantFrom(
    'application/graphql',
    'application/graphql+json',
    'text/plain',
    'application/octet-stream',
    'text/xml',
  ),
  body: documents.map((text) => Buffer.from(text)),
});

/** Bodies that are not declared as application/json. */
export const typedBodies: fc.Arbitrary<TypedBody> = fc
  .tuple(fc.oneof(urlEncoded, multipart, plain), fc.boolean())
  .chain(([typed, isDamaged]) =>
    isDamaged ? editedBytes(fc.constant(typed.body)).map((body) => ({ ...typed, body })) : fc.constant(typed),
  );
