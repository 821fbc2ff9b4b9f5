import { beforeEach, expect, test } from 'vitest';
import { tokenIdentity } from '../../../../src/identity/upstream-identity.ts';
import { systemClock } from '../../../../src/lib/clock.ts';
import { QuotaGovernor } from '../../../../src/upstream/quota/governor.ts';
import { elapse, settle, useFakeClock } from '../fake-clock.ts';
import { GovernedCall, type CallOptions } from './governed-call.ts';

const ALLOWED = 10;
const WINDOW_SECONDS = 60;
const identity = tokenIdentity('token');

useFakeClock();

let governor: QuotaGovernor;
let spent: number;
beforeEach(() => {
  const callers = { reserve: 0.2, mostCallers: null };
  governor = new QuotaGovernor(systemClock, 16, { ledger: null, shareAlone: 1, callers });
  spent = 0;
});

/** Makes a call whose answer, if it starts, reports the quota. */
async function call(caller: string, options: CallOptions = {}): Promise<GovernedCall> {
  const made = new GovernedCall(governor, { caller, patienceMs: 10_000, ...options });
  // Longer than pacing delays a call.
  for (let waits = 0; made.outcome === 'waiting' && waits < 4; waits += 1) await elapse(1_000);
  if (made.outcome !== 'started') return made;
  spent += 1;
  const sinceMs = performance.now() % (WINDOW_SECONDS * 1000);
  made.accept({ count: spent, allowed: ALLOWED, resetSeconds: WINDOW_SECONDS - sinceMs / 1000 });
  await settle();
  return made;
}

async function outcomesOf(caller: string, times: number): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {};
  for (let n = 0; n < times; n += 1) {
    const { outcome } = await call(caller);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return outcomes;
}

test('calls of a caller that come one by one leave the reserve to the next caller', async () => {
  expect(await outcomesOf('a', 10)).toEqual({ started: 8, refused: 2 });
  expect(await outcomesOf('b', 3)).toEqual({ started: 2, refused: 1 });
});

test('a caller has its share and no more, also at the beginning of a window, when others were there before', async () => {
  for (const caller of ['a', 'b', 'c', 'd']) await call(caller);
  await elapse(WINDOW_SECONDS * 1000 - (performance.now() % (WINDOW_SECONDS * 1000)) + 1);
  spent = 0;
  expect(await outcomesOf('a', 5)).toEqual({ started: 2, refused: 3 });
  expect(await outcomesOf('b', 2)).toEqual({ started: 2 });
});

test('a call beyond its caller’s share is refused at once, with the time to the next window', async () => {
  await outcomesOf('a', 8);
  const refused = new GovernedCall(governor, { caller: 'a', patienceMs: 5_000 });
  await settle();
  expect(refused.error).toMatchObject({
    failure: { code: 'UPSTREAM_RATE_LIMITED', message: expect.stringContaining("caller's share") },
    detail: 'caller beyond its share of the quota',
  });
  expect(refused.error).toHaveProperty('failure.retryAfterSeconds', expect.any(Number));
});

test('a call beyond its caller’s share that can wait starts with the next window, and holds up nobody', async () => {
  await outcomesOf('a', 8);
  const patient = new GovernedCall(governor, { caller: 'a' });
  await settle();
  expect(patient.outcome).toBe('waiting');
  expect((await call('b')).outcome).toBe('started');
  await elapse(WINDOW_SECONDS * 1000 + 1_000);
  expect(patient.outcome).toBe('started');
});

test('lists know of the quota without the calls that are kept for others', async () => {
  await outcomesOf('a', 1);
  expect(governor.quotaOf(identity)).toMatchObject({ allowed: 10, used: 1 });
  expect(governor.usableQuotaOf(identity)).toMatchObject({ allowed: 8, used: 1 });
  const alone = new QuotaGovernor(systemClock, 16);
  expect(alone.usableQuotaOf(identity)).toEqual(alone.quotaOf(identity));
});
