import { describe, expect, test } from 'vitest';
import {
  acceptedTypes,
  contentTypeIn,
  isPageWanted,
  isUtf8,
  MAX_MEDIA_RANGES,
} from '../../../src/http/media-types.ts';

const JSON_TYPE = 'application/json';
const GRAPHQL = 'application/graphql-response+json';
const EVENTS = 'text/event-stream';
const PARTS = 'multipart/mixed';

describe('an Accept header lets the gateway answer with the types that it weighs most:', () => {
  test.each([
    ['', [JSON_TYPE, GRAPHQL, EVENTS, PARTS]],
    ['*/*', [JSON_TYPE, GRAPHQL, EVENTS, PARTS]],
    ['application/*', [JSON_TYPE, GRAPHQL]],
    [`${GRAPHQL}, ${JSON_TYPE}`, [GRAPHQL, JSON_TYPE]],
    [`${JSON_TYPE}, ${GRAPHQL}`, [JSON_TYPE, GRAPHQL]],
    [`${JSON_TYPE};q=0.9, ${GRAPHQL}`, [GRAPHQL, JSON_TYPE]],
    [`${GRAPHQL};q=0.9, ${JSON_TYPE}`, [JSON_TYPE, GRAPHQL]],
    [`${GRAPHQL} ; Q=0.9`, [GRAPHQL]],
    [`${GRAPHQL}; Q=0.2 , ${JSON_TYPE};q=0.1`, [GRAPHQL, JSON_TYPE]],
    [`${JSON_TYPE};q=0`, []],
    [`${JSON_TYPE};q=0.000, */*;q=0.001`, [GRAPHQL, EVENTS, PARTS]],
    [`${JSON_TYPE};q=0, application/*`, [GRAPHQL]],
    [`application/*;q=0.1, ${JSON_TYPE};q=0.05`, [GRAPHQL, JSON_TYPE]],
    [`${JSON_TYPE};q=7, ${GRAPHQL};q=-1`, [JSON_TYPE]],
    [`${JSON_TYPE};q=much`, []],
    [`${JSON_TYPE};profile=a;q=0.1, ${JSON_TYPE};q=0.5, ${GRAPHQL};q=0.3`, [JSON_TYPE, GRAPHQL]],
    ['APPLICATION/Json; Charset="UTF-8"', [JSON_TYPE]],
    [`${JSON_TYPE};charset=iso-8859-1`, []],
    [`${JSON_TYPE};charset=iso-8859-1, */*;q=0.1`, [JSON_TYPE, GRAPHQL, EVENTS, PARTS]],
    [`${JSON_TYPE};of="a,b;q=0"`, [JSON_TYPE]],
    [`of="${GRAPHQL}, ${JSON_TYPE}`, []],
    [`, ,${JSON_TYPE},`, [JSON_TYPE]],
    ['json', []],
    ['text/html, image/*', []],
  ])('%s', (header, types) => {
    expect(acceptedTypes(header)).toEqual(types);
  });
});

describe('types of a stream are left out where Yoga would prefer them against the Accept header:', () => {
  test.each([
    [`${EVENTS}, ${JSON_TYPE}`, [JSON_TYPE, EVENTS]],
    [`${EVENTS}, ${JSON_TYPE};q=0.9`, [EVENTS]],
    [`${EVENTS}, */*;q=0.1`, [EVENTS]],
    [`${EVENTS};q=0.9, ${JSON_TYPE}`, [JSON_TYPE, EVENTS]],
    [`${EVENTS}, ${PARTS}`, [EVENTS, PARTS]],
    [`${EVENTS}, ${PARTS};q=0.5`, [EVENTS]],
    [`${EVENTS};q=0.5, ${PARTS}`, [EVENTS, PARTS]],
    [`${PARTS};deferSpec=20220824, ${GRAPHQL}, ${JSON_TYPE}`, [GRAPHQL, JSON_TYPE, PARTS]],
    [`${PARTS};q=0.8, ${EVENTS};q=0.9, ${JSON_TYPE};q=0.7`, [EVENTS]],
  ])('%s', (header, types) => {
    expect(acceptedTypes(header)).toEqual(types);
  });
});

test('of an Accept header with very many media ranges the first are read', () => {
  const others = Array.from({ length: MAX_MEDIA_RANGES - 1 }, () => 'text/html');
  expect(acceptedTypes([...others, JSON_TYPE].join())).toEqual([JSON_TYPE]);
  expect(acceptedTypes([...others, 'text/html', JSON_TYPE].join())).toEqual([]);
});

test.each([
  ['application/json', { mediaType: JSON_TYPE, charset: null }],
  ['Application/JSON ; Charset="UTF-8"', { mediaType: JSON_TYPE, charset: 'utf-8' }],
  ['\tapplication/json\t;\tcharset=Utf8;x', { mediaType: JSON_TYPE, charset: 'utf8' }],
  ['application/json, text/plain', { mediaType: JSON_TYPE, charset: null }],
  ['multipart/form-data; boundary="a,b"', { mediaType: 'multipart/form-data', charset: null }],
  ['', null],
  ['json', null],
  [';charset=utf-8', null],
  ['appli cation/json', null],
])('a Content-Type of %j is read as %j', (header, contentType) => {
  expect(contentTypeIn(header)).toEqual(contentType);
});

test.each([
  [null, true],
  ['utf-8', true],
  ['us-ascii', true],
  ['iso-8859-1', false],
  ['utf-16', false],
  ['', false],
])('a text in the charset %j is UTF-8: %j', (charset, is) => {
  expect(isUtf8(charset)).toBe(is);
});

test.each([
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
  ['text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2', true],
  ['Text/HTML', true],
  ['text/html, application/json', true],
  ['application/json, text/html', false],
  ['application/json, text/html;q=0.5, */*;q=0.1', false],
  ['application/json;q=0.5, text/html;q=0.9', true],
  ['text/html;q=0, */*;q=0', false],
  ['text/html;q=0.5, application/*', false],
  ['application/json, of="text/html"', false],
  ['*/*', false],
  ['', false],
  [null, false],
])('an Accept header of %j wants a page rather than an answer: %j', (header, is) => {
  expect(isPageWanted(header)).toBe(is);
});
