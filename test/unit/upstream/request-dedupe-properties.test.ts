import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { tokenIdentity } from '../../../src/identity/upstream-identity.ts';
import type { InFlight } from '../../../src/lib/single-flight.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { RequestDedupe } from '../../../src/upstream/request-dedupe.ts';
import { type UpstreamRequest, serialize } from '../../../src/upstream/request.ts';
import { propertyRuns, timeout } from '../../property/property-runs.ts';
import { elapse, useFakeClock } from './fake-clock.ts';
import { aRequest, DeadlineOf, SharedCall } from './use-request-dedupe.ts';

const PROOF_MS = 500;
const CAME_MS = 2_000;
const OVER_MS = 10_000;
const identities = { mine: tokenIdentity('mine'), theirs: tokenIdentity('theirs') };

useFakeClock();

const whose = fc.constantFrom('mine', 'theirs');
const path = fc.constantFrom('/one', '/two');
const askings = fc.array(
  fc.record({
    atMs: fc.nat(CAME_MS),
    whose,
    path,
    patienceMs: fc.nat(1_500),
    /** Time until the client disconnects. */
    goneAfterMs: fc.option(fc.integer({ min: 1, max: 1_500 }), { nil: Infinity }),
    /** Duration and outcome of the call, if this join begins one. */
    tookMs: fc.integer({ min: 1, max: 1_500 }),
    isFailing: fc.boolean(),
  }),
  { maxLength: 30 },
);
/** Denials by the upstream: of one path's permission, or with null of the credential. */
const denials = fc.array(fc.record({ atMs: fc.nat(CAME_MS), whose, path: fc.option(path) }), {
  maxLength: 3,
});

/** A call that ends after `tookMs` by itself, and records the time of its end. */
class TimedCall extends SharedCall {
  readonly key: string;
  readonly beganAtMs = performance.now();
  overAtMs = Infinity;
  result: unknown;

  constructor(key: string, request: UpstreamRequest, work: InFlight, tookMs: number, isFailing: boolean) {
    super(request, work);
    this.key = key;
    work.signal.addEventListener('abort', () => this.#over());
    setTimeout(() => {
      this.#over();
      this.result = isFailing ? new TypeError('failed') : this.answer();
      if (this.result instanceof Error) this.fail(this.result);
    }, tookMs);
  }

  #over(): void {
    this.overAtMs = Math.min(this.overAtMs, performance.now());
  }
}

type Asking = typeof askings extends fc.Arbitrary<(infer Each)[]> ? Each : never;
type Denial = typeof denials extends fc.Arbitrary<(infer Each)[]> ? Each : never;

interface Told {
  readonly key: string;
  readonly askedAtMs: number;
  readonly leavesAtMs: number;
  readonly toldAtMs: number;
  readonly outcome: unknown;
}

/** One run of these joins and denials, each at its time. */
class Scenario {
  readonly calls: TimedCall[] = [];
  readonly told: Told[] = [];
  readonly #denied: { readonly key: string; readonly atMs: number }[] = [];
  readonly #shared = new RequestDedupe(systemClock, PROOF_MS);

  constructor(asked: readonly Asking[], denied: readonly Denial[]) {
    for (const each of asked) setTimeout(() => void this.#ask(each), each.atMs);
    for (const each of denied) setTimeout(() => this.#deny(each), each.atMs);
  }

  /** True when the upstream denied the read between these times. */
  wasDenied(key: string, fromMs: number, toMs: number): boolean {
    return this.#denied.some((each) => key.startsWith(each.key) && each.atMs > fromMs && each.atMs < toMs);
  }

  async #ask(asking: Asking): Promise<void> {
    const requestScope = new AbortController();
    if (asking.goneAfterMs < Infinity) setTimeout(() => requestScope.abort(), asking.goneAfterMs);
    const key = `${asking.whose} ${asking.path}`;
    const askedAtMs = performance.now();
    const leavesAtMs = askedAtMs + Math.min(asking.patienceMs, asking.goneAfterMs);
    const request = aRequest({ path: asking.path, permissions: [asking.path] });
    const deadline = new DeadlineOf(asking.patienceMs, requestScope);
    const outcome = await this.#shared
      .read(identities[asking.whose], serialize(request), deadline, (work) => {
        const call = new TimedCall(key, request, work, asking.tookMs, asking.isFailing);
        this.calls.push(call);
        return call.read;
      })
      .catch((error: unknown) => error);
    this.told.push({ key, askedAtMs, leavesAtMs, toldAtMs: performance.now(), outcome });
  }

  #deny(denial: Denial): void {
    const identity = identities[denial.whose];
    if (denial.path === null) this.#shared.revoked(identity);
    else this.#shared.denied(identity, { resource: 'users', permissions: [denial.path] });
    this.#denied.push({ key: `${denial.whose} ${denial.path ?? ''}`, atMs: performance.now() });
  }
}

describe('followers that come and go at any time, with any denials', { timeout }, () => {
  async function everyScenario(check: (scenario: Scenario) => void): Promise<void> {
    const property = fc.asyncProperty(askings, denials, async (asked, denied) => {
      const scenario = new Scenario(asked, denied);
      await elapse(OVER_MS);
      expect(scenario.told).toHaveLength(asked.length);
      check(scenario);
    });
    await fc.assert(property, propertyRuns);
  }

  test('are settled by the time they leave, and get a timeout only then', async () => {
    await everyScenario(({ told, calls }) => {
      const results = new Set(calls.map(({ result }) => result));
      for (const { toldAtMs, leavesAtMs } of told) expect(toldAtMs).toBeLessThanOrEqual(leavesAtMs);
      for (const { outcome, toldAtMs, leavesAtMs } of told.filter((each) => !results.has(each.outcome))) {
        expect(outcome).toMatchObject({ failure: { code: 'UPSTREAM_TIMEOUT' } });
        expect(toldAtMs).toBe(leavesAtMs);
      }
    });
  });

  test('get results only of calls for their read and identity, at most `proofMs` old and not denied', async () => {
    await everyScenario((scenario) => {
      for (const { key, askedAtMs, outcome } of scenario.told) {
        for (const call of scenario.calls.filter(({ result }) => result === outcome)) {
          expect(call.key).toBe(key);
          expect(askedAtMs - call.beganAtMs).toBeLessThanOrEqual(PROOF_MS);
          expect(scenario.wasDenied(key, call.beganAtMs, askedAtMs)).toBe(false);
        }
      }
    });
  });

  test('cause no call beside one that could be joined, and no call outlives its last follower', async () => {
    await everyScenario((scenario) => {
      for (const [n, call] of scenario.calls.entries()) {
        const beside = scenario.calls
          .slice(n + 1)
          .filter(({ key, beganAtMs }) => key === call.key && beganAtMs < call.overAtMs);
        for (const { beganAtMs } of beside) {
          const isOld = beganAtMs - call.beganAtMs > PROOF_MS;
          expect(isOld || scenario.wasDenied(call.key, call.beganAtMs - 1, beganAtMs + 1)).toBe(true);
        }
        const leaveAtMs = scenario.told
          .filter(({ key, askedAtMs }) => key === call.key && askedAtMs <= call.overAtMs)
          .map(({ leavesAtMs }) => leavesAtMs);
        expect(call.overAtMs).toBeLessThanOrEqual(Math.max(...leaveAtMs));
      }
      expect(vi.getTimerCount()).toBe(0);
    });
  });
});
