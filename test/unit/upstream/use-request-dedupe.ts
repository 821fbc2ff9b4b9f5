import { beforeEach } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { Deadline } from '../../../src/lib/deadline.ts';
import { tokenIdentity, type UpstreamIdentity } from '../../../src/identity/upstream-identity.ts';
import type { InFlight } from '../../../src/lib/single-flight.ts';
import { RequestDedupe } from '../../../src/upstream/request-dedupe.ts';
import { UpstreamAnswer, type UpstreamRead } from '../../../src/upstream/answer.ts';
import { type UpstreamRequest, serialize } from '../../../src/upstream/request.ts';
import { useFakeClock } from './fake-clock.ts';

const HOUR_MS = 3_600_000;

export class DeadlineOf extends Deadline {
  constructor(patienceMs = HOUR_MS, requestScope = new AbortController()) {
    super(systemClock, performance.now() + patienceMs, requestScope.signal);
  }
}

export function aRequest(options: Partial<UpstreamRequest> = {}): UpstreamRequest {
  return { resource: 'users', permissions: [], keys: 0, method: 'GET', path: '/api/v2/users', ...options };
}

/** A call that was made. It ends by `answer` or `fail`, or when its last follower leaves. */
export class SharedCall {
  readonly request: UpstreamRequest;
  readonly shared: InFlight;
  readonly #read = Promise.withResolvers<UpstreamRead>();

  constructor(request: UpstreamRequest, shared: InFlight) {
    this.request = request;
    this.shared = shared;
    shared.signal.addEventListener('abort', () => this.#read.reject(shared.signal.reason));
  }

  get read(): Promise<UpstreamRead> {
    return this.#read.promise;
  }

  answer(): UpstreamRead {
    const read = {
      body: 'answer',
      bytes: Buffer.from('"answer"'),
      answer: new UpstreamAnswer('users', 200, undefined, 0),
    };
    this.#read.resolve(read);
    return read;
  }

  fail(error: Error): void {
    this.#read.reject(error);
  }
}

export interface JoinOptions {
  readonly identity?: UpstreamIdentity;
  readonly request?: UpstreamRequest;
  readonly patienceMs?: number;
  readonly requestScope?: AbortController;
  readonly deadline?: Deadline;
  readonly work?: (shared: InFlight) => Promise<UpstreamRead>;
}

/** A follower. Its outcome is the answer or the error; undefined while it waits. */
export interface Waiter {
  outcome: unknown;
}

/** A `RequestDedupe` for each test of the file, on a fake clock, with its followers and the calls that were made. */
export function useSharedReads(proofMs: number) {
  const identity = tokenIdentity('mine');
  const state = {
    shared: new RequestDedupe(systemClock, proofMs),
    calls: [] as SharedCall[],
    waiters: [] as Waiter[],
    /** Drops the references to all calls and followers. */
    forget(): void {
      state.calls = [];
      state.waiters = [];
    },
    join(options: JoinOptions = {}): Waiter {
      const { request = aRequest(), patienceMs, requestScope } = options;
      const { deadline = new DeadlineOf(patienceMs, requestScope) } = options;
      const begin = (shared: InFlight) => {
        const call = new SharedCall(request, shared);
        state.calls.push(call);
        return call.read;
      };
      const waiter: Waiter = { outcome: undefined };
      state.waiters.push(waiter);
      state.shared
        .read(options.identity ?? identity, serialize(request), deadline, options.work ?? begin)
        .then(
          (read) => (waiter.outcome = read),
          (error: unknown) => (waiter.outcome = error),
        );
      return waiter;
    },
  };
  useFakeClock();
  beforeEach(() => {
    Object.assign(state, { shared: new RequestDedupe(systemClock, proofMs), calls: [], waiters: [] });
  });
  return state;
}
