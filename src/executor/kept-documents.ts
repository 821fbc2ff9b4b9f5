import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

/** About 50 MB: a token with its nodes takes up to 500 bytes. */
const MAX_TOKENS_KEPT = 100_000;
/** So much text takes about as much as a token. */
const CHARACTERS_PER_TOKEN = 100;

/** Where parsed documents are kept by their text, as Yoga asks for it. */
export interface KeptDocuments {
  readonly documentCache: LRUCache<string, DocumentNode>;
  readonly errorCache: { get(text: string): undefined; set(text: string, error: unknown): void };
}

/**
 * Keeps the documents that came last, as many as there is room for. Yoga would keep 1,024 of any size, which clients can make
 * a gigabyte of without going beyond what one query may be; and as many texts that are no GraphQL, whose errors are found
 * again in no time.
 */
export function keptDocuments(): KeptDocuments {
  return {
    documentCache: new LRUCache({
      maxSize: MAX_TOKENS_KEPT,
      sizeCalculation: (document, text) => tokensIn(document) + Math.ceil(text.length / CHARACTERS_PER_TOKEN),
    }),
    errorCache: { get: () => undefined, set: () => undefined },
  };
}

/** How many tokens a document was parsed from; they are what most of its memory is for. */
export function tokensIn({ loc }: DocumentNode): number {
  let count = 0;
  for (let token = loc?.startToken ?? null; token !== null; token = token.next) count += 1;
  return count;
}
