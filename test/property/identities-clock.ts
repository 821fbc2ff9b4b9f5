import { onTestFinished } from 'vitest';

/** Moment of an event: its place in the order of events, and its time on the gateway's clock. */
export interface Moment {
  readonly serial: number;
  /** Time of `performance.now()`. */
  readonly ms: number;
}

export interface Clock {
  /** Current moment, later in order than any before. */
  now(): Moment;
  /** Moves the clocks forward. Timers are not affected. */
  skip(ms: number): void;
}

/** Clocks of this process until the test is over: they run as before, but can be moved forward. */
export function clockForTest(): Clock {
  const clocks = [performance, Date].map((clock) => ({ clock, now: clock.now.bind(clock) }));
  let skippedMs = 0;
  let serial = 0;
  // No spies, because they would record millions of calls.
  for (const { clock, now } of clocks) clock.now = () => now() + skippedMs;
  onTestFinished(() => {
    for (const { clock, now } of clocks) clock.now = now;
  });
  return {
    now: () => ({ serial: (serial += 1), ms: performance.now() }),
    skip: (ms) => void (skippedMs += ms),
  };
}
