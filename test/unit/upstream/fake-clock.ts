import { setImmediate as macrotask } from 'node:timers/promises';
import { afterEach, beforeEach, vi } from 'vitest';

/** Fakes every clock that the code under test reads, for each test of the file; nothing else of Node's is faked. */
export function useFakeClock(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

/** Lets everything happen that waits for no timer. */
export async function settle(): Promise<void> {
  await macrotask();
}

/** Lets so much time pass, and all that follows from one timer happen before the next goes off. */
export async function elapse(ms: number): Promise<void> {
  const overMs = performance.now() + ms;
  setTimeout(() => undefined, ms);
  do {
    await settle();
    vi.advanceTimersToNextTimer();
  } while (performance.now() < overMs);
  // Others may go off in the same moment.
  vi.advanceTimersByTime(0);
  await settle();
}
