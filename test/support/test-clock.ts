import { setImmediate as macrotask } from 'node:timers/promises';
import { deliver } from './deliver.ts';
import type { Clock } from '../../src/lib/clock.ts';

interface TestTimer {
  readonly dueMs: number;
  readonly fire: () => void;
  timeout: NodeJS.Timeout;
}

/** Longest pause before a retry, unless the upstream names one. */
const LONGEST_PAUSE_MS = 2_000;

/** A clock that skips the pauses before retries, as it skips all timers that are set for no longer than those. */
export function clockWithoutPauses(): TestClock {
  return new TestClock(LONGEST_PAUSE_MS);
}

/** Longest wait of a call for its quota within the default deadline. */
const LONGEST_PACING_MS = 2_500;

/** A clock that skips waits for quota, as it skips all timers that are set for no longer than those. */
export function clockWithoutPacing(): TestClock {
  return new TestClock(LONGEST_PACING_MS);
}

/** A clock that runs like the machine's, and of which a test can skip hours: timers that are due by then fire in order. */
export class TestClock implements Clock {
  readonly #skippedAtOnceMs: number;
  #skippedMs = 0;
  /** Timers by the handle that their owner has. */
  readonly #timers = new Map<NodeJS.Timeout, TestTimer>();

  /** Timers of at most `skippedAtOnceMs` are skipped as soon as they are set. */
  constructor(skippedAtOnceMs = -1) {
    this.#skippedAtOnceMs = skippedAtOnceMs;
  }

  now(): number {
    return performance.now() + this.#skippedMs;
  }

  epochMs(): number {
    return Date.now() + this.#skippedMs;
  }

  setTimeout(callback: () => void, ms: number): NodeJS.Timeout {
    const fire = () => {
      this.clearTimeout(handle);
      callback();
    };
    const handle = setTimeout(fire, ms);
    const dueMs = this.now() + ms;
    this.#timers.set(handle, { dueMs, fire, timeout: handle });
    if (ms <= this.#skippedAtOnceMs) {
      void this.#skipTo(handle, dueMs);
    }
    return handle;
  }

  clearTimeout(handle: NodeJS.Timeout | undefined): void {
    if (handle === undefined) return;
    clearTimeout(handle);
    clearTimeout(this.#timers.get(handle)?.timeout);
    this.#timers.delete(handle);
  }

  /** Calls that are under way end first: the skipped time is none of theirs. */
  async #skipTo(handle: NodeJS.Timeout, dueMs: number): Promise<void> {
    await deliver();
    if (this.#timers.has(handle)) await this.skip(dueMs - this.now());
  }

  /** Skips `ms`. Resolves when everything that follows at once from the timers has run. */
  async skip(ms: number): Promise<void> {
    const untilMs = this.now() + ms;
    for (let due = this.#nextDue(untilMs); due !== undefined; due = this.#nextDue(untilMs)) {
      this.#skippedMs += Math.max(0, due.dueMs - this.now());
      due.fire();
      // oxlint-disable-next-line eslint/no-await-in-loop -- what follows from a timer precedes the next one
      await macrotask();
    }
    this.#skippedMs += Math.max(0, untilMs - this.now());
    for (const timer of this.#timers.values()) {
      clearTimeout(timer.timeout);
      timer.timeout = setTimeout(timer.fire, timer.dueMs - this.now());
    }
    await macrotask();
  }

  #nextDue(untilMs: number): TestTimer | undefined {
    return [...this.#timers.values()]
      .filter(({ dueMs }) => dueMs <= untilMs)
      .toSorted((a, b) => a.dueMs - b.dueMs)[0];
  }
}
