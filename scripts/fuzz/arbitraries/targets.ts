import * as fc from 'fast-check';
import { documents } from './documents.ts';
import { operations } from './operations.ts';
import { anyText } from './text.ts';

export const methods: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('GET', 'POST') },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'HEAD',
      'PUT',
      'DELETE',
      'OPTIONS',
      'PATCH',
      'TRACE',
      'QUERY',
      'PROPFIND',
      'MKCOL',
      'LOCK',
      'SEARCH',
      'PURGE',
      'SOURCE',
      'M-SEARCH',
      'ACL',
      'BIND',
      'CHECKOUT',
      'COPY',
      'LINK',
      'MERGE',
      'MOVE',
      'NOTIFY',
      'REPORT',
      'SUBSCRIBE',
      'UNLOCK',
      'CONNECT',
      'BREW',
      'get',
      'Post',
      'GETT',
      'G',
      '__proto__',
      'constructor',
      'X'.repeat(500),
    ),
  },
);

const paths = fc.constantFrom(
  '/graphql',
  '/graphql',
  '/graphql/',
  '/graphql//',
  '//graphql',
  '//evil.example/graphql',
  '/graphql/../graphql',
  '/./graphql',
  '/graphql%2f',
  '/GraphQL',
  '/graphql;a=b',
  '/graphql#a',
  '/graphql%00',
  '/%67raphql',
  '/%',
  '/%zz',
  '/%c0%80',
  '/%ff',
  '/graphql/stream',
  '/graphql\\',
  '\\graphql',
  '/',
  '*',
  '',
  '/health',
  '/ready',
  '/metrics',
  '/favicon.ico',
  '/.env',
  '/../../etc/passwd',
  '/..%2f..%2fetc/passwd',
  '/health/',
  '/ready?x',
  'http://localhost/graphql',
  'http://evil.example/graphql',
  'https://localhost/graphql',
  'http:graphql',
  'javascript:1',
  'localhost:80',
  'http://[/graphql',
  '/:@/',
  '///',
  '/\u00ff',
  '?',
  '/?',
  '#',
  '/__proto__',
);

const parameters = fc.oneof(
  fc.constantFrom(
    '',
    '?',
    '?query',
    '?query=',
    '?query=%',
    '?query=%zz',
    '?query={__typename}',
    '?query=%7B__typename%7D',
    '?query=%7B__typename%7D&query=%7B',
    '?query=%7B__typename%7D&variables=',
    '?query=%7B__typename%7D&variables=x',
    '?query=%7B__typename%7D&variables=null&extensions=[]&operationName=',
    '?query=%7B__typename%7D&variables=%7B%22__proto__%22%3A1%7D',
    '?query[]=%7B__typename%7D',
    '?__proto__=1&constructor=2',
    '?extensions=%7B%22persistedQuery%22%3A1%7D',
    '?query=mutation%7Ba%7D',
    '??',
    '?&&&',
    '?query=\u00ff',
  ),
  documents.filter((query) => query.length < 3000).map((query) => `?query=${escaped(query)}`),
  operations.map(
    ({ query, variables }) =>
      `?query=${escaped(query)}&variables=${escaped(JSON.stringify(variables) ?? '')}`,
  ),
  anyText.map((text) => `?query=${escaped(text)}&variables=${escaped(text)}&operationName=${escaped(text)}`),
  fc.constantFrom(1000, 7000, 15_000).map((count) => `?query=%7B__typename%7D${'&a=b'.repeat(count / 4)}`),
);

/** Percent-encodes a text. Lone surrogates are replaced, because they have no encoding. */
export function escaped(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** Paths and query strings, without spaces and control characters, which would end them. */
export const targets: fc.Arbitrary<string> = fc
  .tuple(paths, parameters)
  .map(([path, query]) => `${path}${query}`.slice(0, 20_000));
