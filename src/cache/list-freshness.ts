/** Known state of the quota that list calls spend. */
interface Quota {
  readonly allowed: number;
  readonly used: number;
  readonly resetSeconds: number;
  readonly windowSeconds: number;
}

/** Share of a window's calls that is reserved for everything but lists. */
const RESERVE = 0.2;

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
