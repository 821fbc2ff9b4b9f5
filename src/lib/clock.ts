/**
 * Time of everything that lasts: deadlines, quotas, circuits, logins, caches, leases. Only this file reads the clocks of the
 * machine, so that a test can give a clock of its own.
 */
export interface Clock {
  /** Milliseconds since some moment in the past. Never goes back, whatever happens to the wall clock. */
  now(): number;
  /** Epoch milliseconds of the wall clock, for dates shown to people, and dates of others such as a token's `exp`. */
  epochMs(): number;
  /** Calls `callback` once, `ms` from now. */
  setTimeout(callback: () => void, ms: number): NodeJS.Timeout;
  /** Prevents the call of a timer; a timer that has fired, or undefined, is ignored. */
  clearTimeout(timer: NodeJS.Timeout | undefined): void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  epochMs: () => Date.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (timer) => clearTimeout(timer),
};
