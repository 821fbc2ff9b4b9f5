import type { DocumentNode } from 'graphql';

/** Number of tokens of a document, which account for most of its memory. */
export function tokensIn({ loc }: DocumentNode): number {
  let count = 0;
  for (let token = loc?.startToken ?? null; token !== null; token = token.next) count += 1;
  return count;
}
