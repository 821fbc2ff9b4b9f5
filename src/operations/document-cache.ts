import { tokensIn } from '../executor/document-tokens.ts';
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

/** Size limit of about 50 MB: a token with its nodes takes up to 500 bytes. */
export const MAX_TOKENS_KEPT = 100_000;
/** Length of a text that takes about as much memory as a token. */
const CHARACTERS_PER_TOKEN = 100;

/** Caches of parsed documents and of syntax errors, by text. */
export interface DocumentCache {
  readonly documentCache: LRUCache<string, DocumentNode>;
  readonly errorCache: { get(text: string): undefined; set(text: string, error: unknown): void };
}

/**
 * LRU of documents, bounded by tokens: a cache of 1,024 documents of any size could grow to a gigabyte although each
 * document is within the limits of one query. Syntax errors are not kept, because parsing finds them again in no time.
 */
export function createDocumentCache(): DocumentCache {
  return {
    documentCache: new LRUCache({
      maxSize: MAX_TOKENS_KEPT,
      sizeCalculation: (document, text) => tokensIn(document) + Math.ceil(text.length / CHARACTERS_PER_TOKEN),
    }),
    errorCache: { get: () => undefined, set: () => undefined },
  };
}
