import { beforeEach, describe, expect, test } from 'vitest';
import { tokenIdentity, type UpstreamIdentity } from '../../../src/identity/upstream-identity.ts';
import { PerIdentity } from '../../../src/identity/per-identity.ts';

interface State {
  isIdle: boolean;
}

let made: number;
let states: PerIdentity<State>;
beforeEach(() => {
  made = 0;
  states = new PerIdentity<State>(
    () => {
      made += 1;
      return { isIdle: false };
    },
    ({ isIdle }) => isIdle,
  );
});

/** Creates the states of `count` other identities. */
function meet(name: string, count: number): State[] {
  return Array.from({ length: count }, (_, n) => states.of(tokenIdentity(`${name} ${n}`)));
}

describe('the state of an identity', () => {
  test('is created once, and belongs to no other identity', () => {
    const mine = states.of(tokenIdentity('mine'));
    expect(states.of(tokenIdentity('mine'))).toBe(mine);
    expect(states.of(tokenIdentity('theirs'))).not.toBe(mine);
    expect(made).toBe(2);
    expect([...states.values()]).toHaveLength(2);
  });

  test('belongs to the key of the identity, whichever object has that key', () => {
    const identity = tokenIdentity('mine');
    const same: UpstreamIdentity = { ...identity, token: () => 'renewed' };
    expect(states.of(same)).toBe(states.of(identity));
  });

  test('is removed by `drop`, without effect on others', () => {
    const [mine, theirs] = [states.of(tokenIdentity('mine')), states.of(tokenIdentity('theirs'))];
    states.drop(tokenIdentity('mine'));
    states.drop(tokenIdentity('nobody'));
    expect(states.of(tokenIdentity('mine'))).not.toBe(mine);
    expect(states.of(tokenIdentity('theirs'))).toBe(theirs);
  });

  test('is removed only when it is idle and many other identities come', () => {
    const idle = states.of(tokenIdentity('idle'));
    const busy = states.of(tokenIdentity('busy'));
    idle.isIdle = true;
    meet('few', 62);
    expect(states.of(tokenIdentity('idle'))).toBe(idle);
    meet('one more', 1);
    expect(states.of(tokenIdentity('busy'))).toBe(busy);
    expect(states.of(tokenIdentity('idle'))).not.toBe(idle);
  });

  test('is kept for 64 identities at most, or for twice as many as are busy', () => {
    for (let n = 0; n < 10_000; n += 1) {
      for (const state of meet(`passing ${n}`, 1)) state.isIdle = true;
      expect(states.size).toBeLessThanOrEqual(64);
    }
    meet('busy', 100);
    for (let n = 0; n < 10_000; n += 1) {
      for (const state of meet(`later ${n}`, 1)) state.isIdle = true;
      expect(states.size).toBeLessThanOrEqual(2 * (100 + 64));
    }
  });

  test('is checked seldom while all are busy, or each new one would cost more than the last', () => {
    let asked = 0;
    states = new PerIdentity<State>(
      () => ({ isIdle: false }),
      () => {
        asked += 1;
        return false;
      },
    );
    meet('busy', 10_000);
    expect(asked).toBeLessThan(2 * 10_000);
  });
});
