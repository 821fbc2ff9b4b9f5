import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { createDocumentCache } from '../../../src/operations/document-cache.ts';
import { tokensIn } from '../../../src/executor/document-tokens.ts';

/** A query of this many tokens, including its braces and the tokens for start and end. */
function query(tokens: number, name = 'a'): string {
  return `{ ${`${name} `.repeat(tokens - 4)}}`;
}

/** Caches documents in this order. True for each text whose document is still cached afterwards. */
function keptOf(texts: readonly string[]): boolean[] {
  const { documentCache } = createDocumentCache();
  for (const text of texts) documentCache.set(text, parse(text));
  return texts.map((text) => documentCache.has(text));
}

test('all tokens of a document count, also its comments', () => {
  expect(tokensIn(parse('{ a(b: [1, "x"]) ...C } # why\nfragment C on D { e }'))).toBe(23);
  expect(tokensIn(parse(query(100)))).toBe(100);
});

test('a thousand ordinary documents are kept', () => {
  expect(keptOf(Array.from({ length: 1000 }, (_, n) => query(80, `field${n}`)))).not.toContain(false);
});

test('the latest large documents are kept, earlier ones are evicted', () => {
  const kept = keptOf(Array.from({ length: 100 }, (_, n) => query(2000, `a${n}`)));
  expect(kept.slice(0, 50)).not.toContain(true);
  expect(kept.at(-1)).toBe(true);
  expect(kept.filter(Boolean).length).toBeGreaterThan(10);
});

test('a long document takes room although it has few tokens', () => {
  const kept = keptOf(
    Array.from({ length: 200 }, (_, n) => `{ user(id: "${n}${'x'.repeat(100_000)}") { name } }`),
  );
  expect(kept.filter(Boolean).length).toBeLessThan(110);
});

test('syntax errors are not kept', () => {
  const { errorCache } = createDocumentCache();
  errorCache.set('{', new Error('no query'));
  expect(errorCache.get('{')).toBeUndefined();
});
