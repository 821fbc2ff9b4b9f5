import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type UpstreamRequest, serialize } from '../../../src/upstream/request.ts';
import { propertyRuns, timeout } from '../../property/property-runs.ts';
import { aRequest } from './use-request-dedupe.ts';

const API_URL = 'https://api.example.com';

/** Target as the URL standard encodes it. */
function expectedTarget({ path, query = [] }: UpstreamRequest): string {
  const url = new URL(API_URL + path);
  for (const [name, value] of query) url.searchParams.append(name, value);
  return url.pathname + url.search;
}

describe('the target of a read', { timeout }, () => {
  test.each<[what: string, query: UpstreamRequest['query']]>([
    ['no query', undefined],
    ['an empty query', []],
    ['an empty value', [['id', '']]],
    [
      'ids under one name, between other names',
      [
        ['pageSize', '2'],
        ['id', 'a'],
        ['id', 'b:c'],
        ['name', 'x'],
        ['id', 'd'],
      ],
    ],
    [
      'characters that the URL standard encodes in its own way',
      [["na me'()", "~!'()* +&=?#%/\\\u00e9\u{1f642}\ud800"]],
    ],
  ])('with %s is encoded as in the URL standard', (_what, query) => {
    const request = aRequest(query && { query });
    expect(serialize(request).target).toBe(expectedTarget(request));
  });

  test('is encoded as in the URL standard, whatever the query', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.constantFrom('id', 'a.b-c_1*', 'a:b'),
    );
    const property = fc.property(fc.array(fc.tuple(text, text)), (query) => {
      const request = aRequest({ query });
      expect(serialize(request).target).toBe(expectedTarget(request));
    });
    fc.assert(property, propertyRuns);
  });
});

test('the body text of a read is JSON, also for a null body, and undefined without a body', () => {
  expect(serialize(aRequest({ body: ['a', 'b'] })).bodyText).toBe('["a","b"]');
  expect(serialize(aRequest({ body: null })).bodyText).toBe('null');
  expect(serialize(aRequest()).bodyText).toBeUndefined();
});

test('different reads have different keys', () => {
  const requests = [
    aRequest(),
    aRequest({ method: 'POST' }),
    aRequest({ path: '/api/v2/users/users' }),
    aRequest({ query: [['id', 'a']] }),
    aRequest({ query: [['id', 'a b']] }),
    aRequest({ query: [['id', 'a&id=b']] }),
    aRequest({
      query: [
        ['id', 'a'],
        ['id', 'b'],
      ],
    }),
    aRequest({ body: null }),
    aRequest({ body: '' }),
    aRequest({ query: [['id', 'a']], body: ['b'] }),
    aRequest({ query: [['id', 'a ["b"]']] }),
  ];
  expect(new Set(requests.map((request) => serialize(request).key)).size).toBe(requests.length);
});
