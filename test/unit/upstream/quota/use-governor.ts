import { beforeEach } from 'vitest';
import { systemClock } from '../../../../src/lib/clock.ts';
import { QuotaGovernor } from '../../../../src/upstream/quota/governor.ts';
import { elapse, settle, useFakeClock } from '../fake-clock.ts';
import { type CallOptions, GovernedCall } from './governed-call.ts';

/** A governor on a fake clock, and calls to it. */
export interface Governed {
  readonly governor: QuotaGovernor;
  /** Requests permits, and lets the calls start that can start at once. */
  ask(...calls: readonly CallOptions[]): Promise<GovernedCall[]>;
  askOne(options?: CallOptions): Promise<GovernedCall>;
  /** Makes one call whose answer, a millisecond later, reports this quota. */
  report(count: number, allowed: number, resetSeconds: number): Promise<void>;
}

/** Creates a governor for each test of the file. */
export function useGovernor(maxConcurrent: number): Governed {
  let governor: QuotaGovernor;
  useFakeClock();
  beforeEach(() => {
    governor = new QuotaGovernor(systemClock, maxConcurrent);
  });
  const askOne = async (options: CallOptions = {}) => {
    const call = new GovernedCall(governor, options);
    await settle();
    return call;
  };
  return {
    get governor() {
      return governor;
    },
    askOne,
    async ask(...calls) {
      const asked = calls.map((options) => new GovernedCall(governor, options));
      await settle();
      return asked;
    },
    async report(count, allowed, resetSeconds) {
      const call = await askOne();
      await elapse(1);
      call.accept({ count, allowed, resetSeconds });
      await settle();
    },
  };
}

/** Options of `times` equal calls. */
export function many(times: number, options: CallOptions = {}): CallOptions[] {
  return Array.from({ length: times }, () => options);
}

export function outcomes(calls: readonly GovernedCall[]): string[] {
  return calls.map(({ outcome }) => outcome);
}

export function countStarted(calls: readonly GovernedCall[]): number {
  return calls.filter(({ outcome }) => outcome === 'started').length;
}
