import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { UpstreamError } from '../../../src/errors.ts';
import { callerKeyOf } from '../../../src/identity/caller.ts';
import { CredentialEvents } from '../../../src/identity/credential-events.ts';
import { tokenIdentity, type UpstreamIdentity } from '../../../src/identity/upstream-identity.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { deadlineIn } from '../../../src/lib/deadline.ts';
import type { Signal } from '../../../src/lib/signal.ts';
import { Turns } from '../../../src/lib/turns.ts';
import { CallBudget } from '../../../src/upstream/budget.ts';
import { UpstreamClient } from '../../../src/upstream/client.ts';
import type { HttpAnswer, Transport } from '../../../src/upstream/http/transport.ts';
import { unobserved } from '../../../src/upstream/observer.ts';
import { UpstreamUsage } from '../../../src/upstream/usage.ts';
import { propertyRuns, timeout } from '../../property/property-runs.ts';
import { elapse, useFakeClock } from './fake-clock.ts';

const CAME_MS = 60_000;
const OVER_MS = 400_000;
const LONGEST_PATIENCE_MS = 30_000;
/** Calls of a minute that the token may make, of which all these tests use hardly any. */
const ALLOWED = 100_000;

useFakeClock();

interface Limit {
  readonly allowed: number;
  readonly windowSeconds: number;
  /** True when its 429s tell when to come again. */
  readonly isNamed: boolean;
}

interface Exchange {
  readonly token: string;
  readonly resource: string;
  readonly startMs: number;
  endMs: number;
  /** Seconds of a 429, 0 for none; null for a call that was answered. */
  refusedSeconds: number | null;
  /** False when the gateway gave the call up before its answer came, and so knows nothing of it. */
  isSeen: boolean;
}

/** Way to an upstream at which one token has a limit for users, and everybody a large quota. */
class LimitedUpstream implements Transport {
  readonly exchanges: Exchange[] = [];
  readonly #limit: Limit;
  readonly #latencyMs: number;
  #window = { endsAtMs: 0, count: 0 };
  #calls = 0;

  constructor(limit: Limit, latencyMs: number) {
    this.#limit = limit;
    this.#latencyMs = latencyMs;
  }

  async exchange(
    ...[address, { headers }, signal, hooks]: Parameters<Transport['exchange']>
  ): Promise<HttpAnswer> {
    const resource = 'path' in address ? (/\/(\w+)\?/.exec(address.path)?.[1] ?? '') : '';
    const token = headers['authorization'] ?? '';
    const exchange: Exchange = {
      token,
      resource,
      startMs: performance.now(),
      endMs: Infinity,
      refusedSeconds: null,
      isSeen: false,
    };
    this.exchanges.push(exchange);
    try {
      await passed(this.#latencyMs, signal);
      if (resource === 'users' && token === 'Bearer limited') exchange.refusedSeconds = this.#count();
      await passed(this.#latencyMs, signal);
      exchange.isSeen = true;
    } finally {
      exchange.endMs = performance.now();
      hooks?.onEnd?.();
    }
    const seconds = exchange.refusedSeconds;
    return {
      status: seconds === null ? 200 : 429,
      headers: {
        'inin-ratelimit-count': String((this.#calls += 1)),
        'inin-ratelimit-allowed': String(ALLOWED),
        'inin-ratelimit-reset': '60',
        ...(seconds && { 'retry-after': String(seconds) }),
      },
      bytes: Buffer.from('{}'),
    };
  }

  /** Seconds to wait if the limit is reached, 0 if they are not told; null if the call is within the limit. */
  #count(): number | null {
    const nowMs = performance.now();
    const { allowed, windowSeconds, isNamed } = this.#limit;
    if (nowMs >= this.#window.endsAtMs) this.#window = { endsAtMs: nowMs + windowSeconds * 1000, count: 0 };
    this.#window.count += 1;
    if (this.#window.count <= allowed) return null;
    return isNamed ? Math.max(1, Math.ceil((this.#window.endsAtMs - nowMs) / 1000)) : 0;
  }
}

function passed(ms: number, signal: Signal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) throw signal.reason;
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    }, ms);
    function giveUp() {
      clearTimeout(timer);
      reject(signal.reason);
    }
    signal.addEventListener('abort', giveUp);
  });
}

const limits = fc.record<Limit>({
  allowed: fc.integer({ min: 1, max: 5 }),
  windowSeconds: fc.integer({ min: 1, max: 20 }),
  isNamed: fc.boolean(),
});
const plannedCall = fc.record({
  atMs: fc.oneof(fc.nat(CAME_MS), fc.nat(CAME_MS / 20)),
  token: fc.constantFrom('limited', 'limited', 'other'),
  resource: fc.constantFrom('users', 'users', 'queues', 'skills'),
  patienceMs: fc.integer({ min: 3_000, max: LONGEST_PATIENCE_MS }),
});
/** Calls one by one, and bursts that wait for permits together. */
const plannedCalls = fc
  .array(fc.tuple(plannedCall, fc.constantFrom(1, 1, 6)), { minLength: 5, maxLength: 20 })
  .map((bursts) => bursts.flatMap(([call, times]) => Array.from({ length: times }, () => call)));

const identities: Readonly<Record<string, UpstreamIdentity>> = {
  limited: tokenIdentity('limited'),
  other: tokenIdentity('other'),
};

test(
  'a limit of one resource holds that resource for that identity until its time, then one call goes to see, and nothing else waits or is lost',
  { timeout },
  async () => {
    let held = 0;
    const property = fc.asyncProperty(
      limits,
      plannedCalls,
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(2, 16),
      async (limit, plans, latencyMs, upstreamConcurrency) => {
        const upstream = new LimitedUpstream(limit, latencyMs);
        const client = new UpstreamClient(upstream, {
          apiUrl: 'https://upstream.test',
          upstreamTimeoutMs: 10_000,
          upstreamConcurrency,
          upstreamConnections: 64,
          quotaSharing: { ledger: null, shareAlone: 1, callers: null },
          identityProofSeconds: 60,
          credentialEvents: new CredentialEvents(),
          observer: unobserved,
          clock: systemClock,
          turns: new Turns(systemClock),
          closing: new AbortController().signal,
        });
        let ids = 0;
        const outcomes: { token: string; resource: string; error: unknown }[] = [];
        const make = async (token: string, resource: string, patienceMs: number) => {
          const reader = client.readerFor({
            identity: identities[token] ?? tokenIdentity(token),
            caller: callerKeyOf('test', 'one'),
            deadline: deadlineIn(systemClock, patienceMs, new AbortController().signal),
            budget: new CallBudget(10),
            trace: null,
            usage: new UpstreamUsage(),
          });
          const query = [['id', String((ids += 1))]] as const;
          const request = {
            resource,
            permissions: [],
            keys: 1,
            method: 'GET',
            path: `/api/v2/${resource}`,
            query,
          } as const;
          const error: unknown = await reader(request).then(
            () => null,
            (reason: unknown) => reason,
          );
          outcomes.push({ token, resource, error });
          return error;
        };
        for (const { atMs, token, resource, patienceMs } of plans) {
          setTimeout(() => void make(token, resource, patienceMs), atMs);
        }
        await elapse(OVER_MS);

        expect(outcomes).toHaveLength(plans.length);
        expect(vi.getTimerCount()).toBe(0);
        const isLimited = (each: { token: string; resource: string }) =>
          each.token.endsWith('limited') && each.resource === 'users';
        expect(outcomes.filter((each) => !isLimited(each) && each.error !== null)).toEqual([]);
        const errors = outcomes.map(({ error }) => error).filter((error) => error !== null);
        expect(errors.filter((error) => !(error instanceof UpstreamError))).toEqual([]);
        const ofLimited = upstream.exchanges.filter(isLimited);
        const refused = ofLimited.filter(({ refusedSeconds, isSeen }) => refusedSeconds !== null && isSeen);
        held += refused.length;
        for (const { endMs, refusedSeconds } of refused) {
          const untilMs = endMs + Math.max(1, refusedSeconds ?? 0) * 1000;
          expect(ofLimited.filter(({ startMs }) => startMs > endMs && startMs < untilMs)).toEqual([]);
        }
        for (const call of ofLimited) {
          const last = refused.findLast(({ endMs }) => endMs < call.startMs);
          if (last === undefined) continue;
          const since = ofLimited.filter(({ startMs }) => startMs > last.endMs && startMs <= call.startMs);
          const isKnown = since.some(
            (each) => each.isSeen && each.refusedSeconds === null && each.endMs <= call.startMs,
          );
          const underWay = since.filter(({ endMs }) => endMs > call.startMs);
          expect(isKnown ? [call] : underWay).toEqual([call]);
        }
        const late = make('limited', 'users', LONGEST_PATIENCE_MS);
        await elapse(LONGEST_PATIENCE_MS);
        expect(await late).toBeNull();
      },
    );
    await fc.assert(property, propertyRuns);
    expect(held).toBeGreaterThan(0);
  },
);
