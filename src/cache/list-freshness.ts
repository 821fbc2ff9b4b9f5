/** What is known of the quota that lists are asked for with. */
interface Quota {
  readonly allowed: number;
  readonly used: number;
  readonly resetSeconds: number;
  readonly windowSeconds: number;
}

/** This share of a window's calls is left to everything that is no list. */
const RESERVE = 0.2;

/**
 * For how long a list of interactions may be shown again, in milliseconds: as long as is wanted while the quota lasts at an
 * even pace, and the longer the further it is behind that, up to the most that is allowed.
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
