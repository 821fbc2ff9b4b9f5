import * as fc from 'fast-check';
import { settings } from '../../../src/config/settings.ts';
import { anyText, editedBytes, editedText, manyUpTo } from './text.ts';

const LIMIT = Number(settings.MAX_BODY_BYTES.default);

/** Parameters of a request, each of any type. */
const oddParameters = fc.record(
  {
    query: fc.oneof(fc.constantFrom('{ __typename }', '', ' ', '#'), fc.jsonValue()),
    variables: fc.jsonValue(),
    operationName: fc.oneof(anyText, fc.jsonValue()),
    extensions: fc.oneof(
      fc.jsonValue(),
      fc.record({ persistedQuery: fc.jsonValue() }),
      fc.constant({
        persistedQuery: {
          version: 1,
          sha256Hash: 'ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38',
        },
      }),
    ),
    documentId: fc.jsonValue(),
    id: fc.jsonValue(),
    doc_id: anyText,
  },
  { requiredKeys: [] },
);

/** Bodies that parsers may read differently. */
const ambiguous = fc.constantFrom(
  '{"query":"{ __typename }","query":"{ campaigns { totalCount } }"}',
  '{"__proto__":{"query":"{ __typename }"}}',
  '{"query":"{ __typename }","__proto__":{"operationName":"A"},"constructor":{"prototype":{"a":1}}}',
  '{"query":"query ($a: Int) { __typename }","variables":{"__proto__":{"a":1},"constructor":null,"toString":1,"hasOwnProperty":1}}',
  '{"query":"{ __proto__: __typename constructor: __typename toString: __typename }"}',
  '{"query":"{ user(id: \\"__proto__\\") { __proto__: id constructor: name hasOwnProperty: __typename } }"}',
  '{"query":"query __proto__ { __typename } query constructor { __typename }","operationName":"__proto__"}',
  '{"query":"{ ...__proto__ } fragment __proto__ on Query { ...constructor } fragment constructor on Query { __typename }"}',
  '{"query":"{ ...constructor ...toString }"}',
  '{"query":"query ($__proto__: Int = 1, $constructor: ID) { __typename }","variables":{"__proto__":2}}',
  '{"query":"query ($a: Int) { campaigns(first: $a) { totalCount } }","variables":{"a":1e999}}',
  '{"query":"query ($a: Int) { campaigns(first: $a) { totalCount } }","variables":{"a":123456789012345678901234567890}}',
  '{"query":"{ __typename }","variables":[1]}',
  '{"query":"{ __typename }","variables":"{}"}',
  '{"query":"{ __typename }","operationName":""}',
  '{"query":null}',
  '{"query":["{ __typename }"]}',
  '{"\\u0071uery":"{ __typename }"}',
  '{"query":"\\ud800"}',
  '{"query":"{ __typename }"}{"query":"{ __typename }"}',
  '\ufeff{"query":"{ __typename }"}',
  '{"query":"{ __typename }"}\0',
  '\0',
  '',
  ' ',
  'null',
  'NaN',
  '"{ __typename }"',
  '{query:"{ __typename }"}',
  "{'query':'{ __typename }'}",
  '{"query":"{ __typename }",}',
  'query=%7B__typename%7D',
);

const batches = fc
  .tuple(
    fc.constantFrom(
      '{"query":"{ __typename }"}',
      '{}',
      '[]',
      'null',
      '{"query":"{ campaigns { totalCount } }"}',
    ),
    manyUpTo(3000),
  )
  .map(([one, count]) => `[${Array.from({ length: count }, () => one).join(',')}]`);

const deep = fc
  .tuple(
    fc.constantFrom(['[', ']'], ['{"a":', '}'], ['[{"a":', '}]']),
    manyUpTo(20_000),
    fc.constantFrom(0, 1),
    fc.constantFrom(
      '',
      '{"query":"{ __typename }","variables":{"a":',
      '{"query":',
      '{"query":"query ($f: CampaignFilter) { campaigns(filter: $f) { totalCount } }","variables":{"f":',
    ),
  )
  .map(([[open = '', close = ''], count, closed, before]) => {
    const rest = before === '' ? '' : before.includes('variables') ? '}}' : '}';
    return `${before}${open.repeat(count)}1${close.repeat(count * closed)}${rest}`;
  });

/** Bodies around the size limit, and well beyond it. */
const huge = fc
  .tuple(
    fc.constantFrom(LIMIT - 1, LIMIT, LIMIT + 1, 3 * LIMIT),
    fc.constantFrom(
      (bytes: number) => '{"query":"{ __typename }"}'.padEnd(bytes),
      (bytes: number) => `{"query":"{ __typename }${' '.repeat(bytes - 26)}"}`,
      (bytes: number) => `{"query":"{ __typename }","variables":{"a":"${'x'.repeat(bytes - 46)}"}}`,
      (bytes: number) => 'x'.repeat(bytes),
    ),
  )
  .map(([bytes, bodyOf]) => bodyOf(bytes));

const texts = fc.oneof(
  { weight: 6, arbitrary: oddParameters.map((parameters) => JSON.stringify(parameters)) },
  { weight: 4, arbitrary: editedText(oddParameters.map((parameters) => JSON.stringify(parameters))) },
  { weight: 4, arbitrary: ambiguous },
  { weight: 2, arbitrary: fc.json() },
  { weight: 1, arbitrary: batches },
  { weight: 1, arbitrary: deep },
  { weight: 1, arbitrary: huge },
  { weight: 1, arbitrary: anyText },
);

/** Bodies of requests with a JSON content type. */
export const jsonBodies: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 6, arbitrary: texts.map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: editedBytes(texts.map((text) => Buffer.from(text))) },
  { weight: 1, arbitrary: texts.map((text) => Buffer.from(text, 'utf16le')) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
);
