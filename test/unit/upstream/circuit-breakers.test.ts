import { beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { UpstreamError, type UpstreamFailure } from '../../../src/errors.ts';
import { type Circuit, CircuitBreakers } from '../../../src/upstream/circuit-breakers.ts';
import { tokenIdentity, type UpstreamIdentity } from '../../../src/identity/upstream-identity.ts';
import { elapse, useFakeClock } from './fake-clock.ts';

const OPEN_MS = 5_000;
const MINUTE_MS = 60_000;

const never = new AbortController().signal;
const unavailable = failure({ code: 'UPSTREAM_UNAVAILABLE' });
const notFound = new UpstreamError(
  { code: 'UPSTREAM_BAD_RESPONSE', message: 'not found', upstreamStatus: 404 },
  { isNotFound: true },
);
const open = {
  failure: {
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'the upstream failed too often recently, so the call was not made',
  },
};

type Code = Exclude<UpstreamFailure['code'], 'QUERY_TOO_EXPENSIVE'>;

function failure({ code }: { readonly code: Code }): UpstreamError {
  return new UpstreamError({ code, message: code });
}

useFakeClock();
const identity = tokenIdentity('mine');
let circuits: CircuitBreakers;
let circuit: Circuit;
/** Number of calls that were made. Calls that the circuit refused do not count. */
let made: number;
beforeEach(() => {
  circuits = new CircuitBreakers(systemClock);
  circuit = circuits.of(identity, 'users');
  made = 0;
});

/** Makes a call. Resolves to its answer, or to the error that it failed with. */
async function call(outcome: unknown, through = circuit, signal = never): Promise<unknown> {
  try {
    return await through.run(signal, async () => {
      made += 1;
      if (outcome instanceof Error) throw outcome;
      return outcome;
    });
  } catch (error) {
    return error;
  }
}

async function times(count: number, outcome: unknown, through = circuit): Promise<void> {
  for (let n = 0; n < count; n += 1) await call(outcome, through);
}

/** A call that ends when `end` is called. */
function pending(signal = never): { done: Promise<unknown>; end: (outcome?: Error) => void } {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const done = circuit
    .run(signal, () => {
      made += 1;
      return promise;
    })
    .catch((error: unknown) => error);
  return { done, end: (outcome) => (outcome === undefined ? resolve('answer') : reject(outcome)) };
}

/** A call that fails after its signal has aborted, as when its last follower leaves. */
function abandoned() {
  const controller = new AbortController();
  const { done, end } = pending(controller.signal);
  return {
    done,
    giveUp: () => {
      controller.abort();
      end(failure({ code: 'UPSTREAM_TIMEOUT' }));
    },
  };
}

function isOpen(through = circuit): boolean {
  try {
    through.check();
    return false;
  } catch (error) {
    if (error instanceof UpstreamError) return true;
    throw error;
  }
}

describe('a resource', () => {
  test('is called as long as it answers, and its answers and errors are passed on', async () => {
    const answer = { some: 'answer' };
    expect(await call(answer)).toBe(answer);
    expect(await call(unavailable)).toBe(unavailable);
    await times(50, answer);
    expect(isOpen()).toBe(false);
  });

  test('that always fails is called ten times before its circuit opens', async () => {
    await times(9, unavailable);
    expect(isOpen()).toBe(false);
    await times(1, unavailable);
    expect(isOpen()).toBe(true);
  });

  test('is called as long as no more than half of its last calls failed', async () => {
    for (let n = 0; n < 50; n += 1) {
      await call('answer');
      await call(unavailable);
    }
    expect(isOpen()).toBe(false);
    await times(1, unavailable);
    expect(isOpen()).toBe(true);
  });

  test('is judged by its last twenty calls', async () => {
    await times(1_000, 'answer');
    await times(10, unavailable);
    expect(isOpen()).toBe(false);
    await times(1, unavailable);
    expect(isOpen()).toBe(true);
  });

  test.each(['UPSTREAM_UNAVAILABLE', 'UPSTREAM_TIMEOUT'] as const)(
    'has failed when a call ends with %s',
    async (code) => {
      await times(10, failure({ code }));
      expect(isOpen()).toBe(true);
    },
  );

  test.each(['UNAUTHENTICATED', 'FORBIDDEN', 'UPSTREAM_RATE_LIMITED', 'UPSTREAM_BAD_RESPONSE'] as const)(
    'has not failed when a call ends with %s',
    async (code) => {
      const refusal = failure({ code });
      expect(await call(refusal)).toBe(refusal);
      await times(50, refusal);
      expect(isOpen()).toBe(false);
    },
  );

  test('has not failed when the gateway itself throws', async () => {
    const mistake = new TypeError('a mistake');
    expect(await call(mistake)).toBe(mistake);
    await times(50, mistake);
    const thrown = circuit.run(never, () => {
      throw mistake;
    });
    await expect(thrown).rejects.toBe(mistake);
    expect(isOpen()).toBe(false);
  });

  test('that mostly answers 404 and seldom fails is still called, because a 404 is an answer', async () => {
    for (let n = 0; n < 50; n += 1) {
      await times(3, notFound);
      await call(unavailable);
    }
    expect(isOpen()).toBe(false);
  });

  test('has not failed when a call was abandoned', async () => {
    for (let n = 0; n < 50; n += 1) {
      const { done, giveUp } = abandoned();
      giveUp();
      expect(await done).toMatchObject({ failure: { code: 'UPSTREAM_TIMEOUT' } });
    }
    expect(isOpen()).toBe(false);
    await times(9, unavailable);
    expect(isOpen()).toBe(false);
  });

  test('has not answered when a call was abandoned', async () => {
    for (let n = 0; n < 10; n += 1) {
      const { done, giveUp } = abandoned();
      giveUp();
      await done;
      await call(unavailable);
    }
    expect(isOpen()).toBe(true);
  });
});

describe('a resource that failed too often', () => {
  beforeEach(async () => {
    await times(10, unavailable);
    made = 0;
  });

  test('is not called for five seconds, and refused calls name the seconds that are left', async () => {
    expect(await call('answer')).toMatchObject({ failure: { ...open.failure, retryAfterSeconds: 5 } });
    await elapse(3_500);
    expect(await call('answer')).toMatchObject({ failure: { retryAfterSeconds: 2 } });
    await elapse(OPEN_MS - 3_500 - 1);
    expect(await call('answer')).toMatchObject({ failure: { retryAfterSeconds: 1 } });
    expect(made).toBe(0);
    await elapse(1);
    expect(isOpen()).toBe(false);
  });

  test('is then called once as a probe, and other calls are refused until the probe ends', async () => {
    await elapse(OPEN_MS);
    const probe = pending();
    for (let n = 0; n < 5; n += 1) expect(await call('answer')).toMatchObject(open);
    expect(isOpen()).toBe(true);
    expect(made).toBe(1);
    probe.end();
    expect(await probe.done).toBe('answer');
    expect(await call('answer')).toBe('answer');
  });

  test('is called once as a probe even when several calls have passed `check` before', async () => {
    await elapse(OPEN_MS);
    expect([isOpen(), isOpen(), isOpen()]).toEqual([false, false, false]);
    const calls = [pending(), pending(), pending()];
    expect(made).toBe(1);
    for (const { end } of calls) end();
    expect(await Promise.all(calls.map(({ done }) => done))).toMatchObject(['answer', open, open]);
  });

  test('is called again once the probe is answered, and earlier failures no longer count', async () => {
    await elapse(OPEN_MS);
    await call('answer');
    await times(8, unavailable);
    expect(isOpen()).toBe(false);
  });

  test('is called again when the probe is answered with 404', async () => {
    await elapse(OPEN_MS);
    expect(await call(notFound)).toBe(notFound);
    expect(isOpen()).toBe(false);
  });

  test('is not called for another five seconds when the probe fails', async () => {
    await elapse(OPEN_MS);
    expect(await call(unavailable)).toBe(unavailable);
    expect(await call('answer')).toMatchObject({ failure: { ...open.failure, retryAfterSeconds: 5 } });
    await elapse(OPEN_MS);
    expect(await call('answer')).toBe('answer');
  });

  test('is not called for another five seconds when the probe is abandoned', async () => {
    await elapse(OPEN_MS);
    const probe = abandoned();
    probe.giveUp();
    expect(await probe.done).toMatchObject({ failure: { code: 'UPSTREAM_TIMEOUT' } });
    expect(isOpen()).toBe(true);
    await elapse(OPEN_MS);
    expect(await call('answer')).toBe('answer');
    expect(isOpen()).toBe(false);
  });
});

describe('calls that began before the circuit opened', () => {
  test('change nothing when they are abandoned during the probe', async () => {
    const old = abandoned();
    await times(10, unavailable);
    await elapse(OPEN_MS);
    const probe = pending();
    old.giveUp();
    await old.done;
    probe.end();
    await probe.done;
    expect(isOpen()).toBe(false);
  });

  test('change nothing when they fail during the probe', async () => {
    const old = pending();
    await times(10, unavailable);
    await elapse(OPEN_MS);
    const probe = pending();
    old.end(unavailable);
    await old.done;
    expect(circuit.state).toBe('halfOpen');
    probe.end();
    expect(await probe.done).toBe('answer');
    expect(isOpen()).toBe(false);
  });

  test('do not close the circuit when they are answered', async () => {
    const old = [pending(), pending()];
    await times(10, unavailable);
    for (const { end, done } of old) {
      end();
      expect(await done).toBe('answer');
    }
    expect(isOpen()).toBe(true);
  });

  test('do not keep the circuit open for longer when they fail', async () => {
    const old = pending();
    await times(10, unavailable);
    await elapse(OPEN_MS - 1);
    old.end(unavailable);
    expect(await old.done).toBe(unavailable);
    await elapse(1);
    expect(await call('answer')).toBe('answer');
  });
});

describe('circuits', () => {
  test('exist once per identity and resource', async () => {
    await times(10, unavailable);
    expect(circuits.of(tokenIdentity('mine'), 'users')).toBe(circuit);
    expect(isOpen(circuits.of(identity, 'queues'))).toBe(false);
    expect(isOpen(circuits.of(tokenIdentity('theirs'), 'users'))).toBe(false);
  });

  test('are forgotten when other identities come and nothing has failed for a minute', async () => {
    await times(10, unavailable);
    const others = (name: string): UpstreamIdentity[] =>
      Array.from({ length: 200 }, (_, n) => tokenIdentity(`${name} ${n}`));
    await elapse(MINUTE_MS);
    for (const other of others('early')) circuits.of(other, 'users');
    expect(circuits.of(identity, 'users')).toBe(circuit);
    await elapse(1);
    for (const other of others('late')) circuits.of(other, 'users');
    expect(circuits.of(identity, 'users')).not.toBe(circuit);
  });
});
