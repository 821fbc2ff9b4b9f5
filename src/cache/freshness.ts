/** Times for which an entity may be used. */
export interface Freshness {
  /** Age up to which it needs no revalidation. */
  readonly freshMs: number;
  /** Further time for use while it is revalidated. */
  readonly staleMs: number;
}

/** Time for which an unknown id counts as unknown. Short, because an unknown id may have been created just now. */
export const NEGATIVE_TTL_MS = 10_000;

/** Freshness of entities with a TTL in seconds: stale entities may be used for as long again while they are revalidated. */
export function freshnessOfTtl(ttlSeconds: number): Freshness {
  return { freshMs: ttlSeconds * 1000, staleMs: ttlSeconds * 1000 };
}

/** Known state of the quota that list calls spend. */
interface Quota {
  readonly allowed: number;
  readonly used: number;
  readonly resetSeconds: number;
  readonly windowSeconds: number;
}

/** Share of a window's calls that is reserved for everything but lists. */
const RESERVE = 0.2;

/** Freshness of a list of interactions; `none` for a quota that has no call for lists now. */
export function freshnessOfList(quota: Quota | null | 'none', wantedMs: number, mostMs: number): Freshness {
  const freshMs = quota === 'none' ? mostMs : interactionsWindowMs(quota, wantedMs, mostMs);
  return { freshMs, staleMs: 0 };
}

/**
 * Milliseconds for which a list of interactions may be shown again: `wantedMs` while the quota lasts at an even pace, and
 * longer the further it is behind that pace, up to `mostMs`.
 */
export function interactionsWindowMs(quota: Quota | null, wantedMs: number, mostMs: number): number {
  if (quota === null || mostMs <= wantedMs) return wantedMs;
  const { allowed, used, resetSeconds, windowSeconds } = quota;
  if (resetSeconds <= 0 || windowSeconds <= 0) return wantedMs;
  const callsLeft = Math.max(0, allowed - used - allowed * RESERVE);
  const evenly = allowed * (1 - RESERVE) * Math.min(1, resetSeconds / windowSeconds);
  const pace = evenly === 0 ? 1 : Math.min(1, callsLeft / evenly);
  return wantedMs + (mostMs - wantedMs) * (1 - pace);
}
