import { setImmediate as macrotask } from 'node:timers/promises';
import { afterEach, beforeEach, vi } from 'vitest';

/** Fakes every clock that the code under test reads, for each test of the file. Nothing else of Node.js is faked. */
export function useFakeClock(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

/** Resolves when everything that waits for no timer has run. */
export async function settle(): Promise<void> {
  await macrotask();
}

/** Advances the clock by `ms`. Everything that follows from one timer runs before the next timer fires. */
export async function elapse(ms: number): Promise<void> {
  const overMs = performance.now() + ms;
  setTimeout(() => undefined, ms);
  do {
    await settle();
    vi.advanceTimersToNextTimer();
  } while (performance.now() < overMs);
  // Other timers may be due in the same moment.
  vi.advanceTimersByTime(0);
  await settle();
}
