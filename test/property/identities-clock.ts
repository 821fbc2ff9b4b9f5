import { onTestFinished } from 'vitest';

/** When something happened: in which order, and at what time of the clock that the gateway measures by. */
export interface Moment {
  readonly serial: number;
  /** On the clock of `performance.now()`. */
  readonly ms: number;
}

export interface Clock {
  /** This moment, later in order than any before. */
  now(): Moment;
  /** Lets so much time pass at once. Timers do not notice. */
  skip(ms: number): void;
}

/** The clocks of this process, until the test is over: they go on as they do, but can be put forward. */
export function clockForTest(): Clock {
  const clocks = [performance, Date].map((clock) => ({ clock, now: clock.now.bind(clock) }));
  let skippedMs = 0;
  let serial = 0;
  // No spies, which would remember millions of calls.
  for (const { clock, now } of clocks) clock.now = () => now() + skippedMs;
  onTestFinished(() => {
    for (const { clock, now } of clocks) clock.now = now;
  });
  return {
    now: () => ({ serial: (serial += 1), ms: performance.now() }),
    skip: (ms) => void (skippedMs += ms),
  };
}
