import { describe, expect, test } from 'vitest';
import { tokenIdentity } from '../../../src/identity/upstream-identity.ts';
import { Revocations } from '../../../src/redis/revocations.ts';
import { TestClock } from '../../support/test-clock.ts';

const identity = tokenIdentity('mine');
const users = { resource: 'users', permissions: ['directory:user:view'] };
const queues = { resource: 'queues', permissions: ['routing:queue:view'] };

describe('what is known to be revoked', () => {
  test('is nothing at first', () => {
    const revocations = new Revocations(new TestClock(), 60_000);
    expect(revocations.revokedMs(identity)).toBe(-Infinity);
    expect(revocations.notBeforeMs(identity, users)).toBe(-Infinity);
  });

  test('concerns everything of one identity', async () => {
    const clock = new TestClock();
    const revocations = new Revocations(clock, 60_000);
    const beforeMs = clock.now();
    await clock.skip(1_000);
    revocations.revoked(identity);
    expect(revocations.revokedMs(identity)).toBeGreaterThanOrEqual(beforeMs + 1_000);
    expect(revocations.notBeforeMs(identity, users)).toBe(revocations.revokedMs(identity));
    expect(revocations.revokedMs(tokenIdentity('other'))).toBe(-Infinity);
  });

  test('concerns the resource and the permissions of a denial, and nothing else', () => {
    const revocations = new Revocations(new TestClock(), 60_000);
    revocations.denied(identity, users);
    expect(revocations.notBeforeMs(identity, users)).toBeGreaterThan(0);
    expect(
      revocations.notBeforeMs(identity, { resource: 'agents', permissions: users.permissions }),
    ).toBeGreaterThan(0);
    expect(revocations.notBeforeMs(identity, queues)).toBe(-Infinity);
    expect(revocations.revokedMs(identity)).toBe(-Infinity);
  });

  test('is everything once there are more denials than anybody needs', () => {
    const revocations = new Revocations(new TestClock(), 60_000);
    for (let n = 0; n < 300; n += 1)
      revocations.denied(identity, { resource: `made up ${n}`, permissions: [] });
    expect(revocations.revokedMs(identity)).toBeGreaterThan(0);
    expect(revocations.notBeforeMs(identity, queues)).toBe(revocations.revokedMs(identity));
  });
});
