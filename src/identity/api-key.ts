import { createHash, timingSafeEqual } from 'node:crypto';

/** An API key as the gateway knows it; the key itself is its caller's alone. */
export interface ApiKey {
  /** SHA-256 of the key: 64 hex digits in lower case. */
  readonly hash: string;
  readonly scopes: readonly string[];
}

/** The API key that is this text; null when none is. Takes as long whichever it is. */
export function findApiKey(apiKeys: readonly ApiKey[], text: string): ApiKey | null {
  const digest = createHash('sha256').update(text).digest();
  let found: ApiKey | null = null;
  for (const apiKey of apiKeys) {
    if (timingSafeEqual(Buffer.from(apiKey.hash, 'hex'), digest)) found = apiKey;
  }
  return found;
}
