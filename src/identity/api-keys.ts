import { createHash, timingSafeEqual } from 'node:crypto';
import { isScope } from './scopes.ts';

const ENTRY = /^(?:sha256:)?([\da-f]{64})(?:=(.+))?$/i;

/**
 * Parses hashes of API keys: entries separated by commas or blanks, each a SHA-256 in hex, with or without `sha256:` before
 * it, alone or followed by the key's scopes, `=scope1+scope2`.
 *
 * Problems name entries by position, counted from 1: the text of an entry may be a key that was not hashed.
 */
export function parseApiKeys(text: string): { apiKeys: readonly ApiKey[]; problems: readonly string[] } {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
  const parsed = entries.map(parseEntry);
  const malformed = placesWhere(parsed, (apiKey) => apiKey === null);
  const apiKeys = parsed.filter((apiKey) => apiKey !== null);
  const repeated = placesWhere(
    parsed,
    (apiKey, index) => apiKey !== null && parsed.findIndex((other) => other?.hash === apiKey.hash) < index,
  );
  return {
    apiKeys,
    problems: [
      ...(entries.length === 0 ? ['must hold a hash'] : []),
      ...(malformed === '' ? [] : [`must be 64 hex digits, alone or with =scope1+scope2, in ${malformed}`]),
      ...(repeated === '' ? [] : [`must not repeat an earlier hash in ${repeated}`]),
    ],
  };
}

function parseEntry(entry: string): ApiKey | null {
  const [, hash, scopes] = ENTRY.exec(entry) ?? [];
  if (hash === undefined) return null;
  const names = scopes?.split('+') ?? [];
  return names.every(isScope) ? { hash: hash.toLowerCase(), scopes: names } : null;
}

function placesWhere<Element>(
  list: readonly Element[],
  predicate: (element: Element, index: number) => boolean,
): string {
  const places = list.flatMap((element, index) => (predicate(element, index) ? [index + 1] : []));
  return places.length === 0 ? '' : `${places.length === 1 ? 'entry' : 'entries'} ${places.join(', ')}`;
}

/** API key as the gateway knows it; only the caller has the key itself. */
export interface ApiKey {
  /** SHA-256 of the key: 64 hex digits in lower case. */
  readonly hash: string;
  readonly scopes: readonly string[];
}

/** API key with this text; null when there is none. Takes equally long whichever key matches. */
export function findApiKey(apiKeys: readonly ApiKey[], text: string): ApiKey | null {
  const digest = createHash('sha256').update(text).digest();
  let found: ApiKey | null = null;
  for (const apiKey of apiKeys) {
    if (timingSafeEqual(Buffer.from(apiKey.hash, 'hex'), digest)) found = apiKey;
  }
  return found;
}
