import { describe, expect, test } from 'vitest';
import { tokenIdentity } from '../../../src/identity/upstream-identity.ts';
import { Revocations } from '../../../src/redis/revocations.ts';
import { TestClock } from '../../support/test-clock.ts';

const identity = tokenIdentity('mine');
const kept = { proofMs: 60_000, rowsMs: 3_600_000 };
const users = { resource: 'users', permissions: ['directory:user:view'] };
const queues = { resource: 'queues', permissions: ['routing:queue:view'] };

describe('what is known to be revoked', () => {
  test('is nothing at first', () => {
    const revocations = new Revocations(new TestClock(), kept);
    expect(revocations.revokedMs(identity)).toBe(-Infinity);
    expect(revocations.notBeforeMs(identity, users)).toBe(-Infinity);
  });

  test('concerns everything of one identity', async () => {
    const clock = new TestClock();
    const revocations = new Revocations(clock, kept);
    const beforeMs = clock.now();
    await clock.skip(1_000);
    revocations.revoked(identity);
    expect(revocations.revokedMs(identity)).toBeGreaterThanOrEqual(beforeMs + 1_000);
    expect(revocations.notBeforeMs(identity, users)).toBe(revocations.revokedMs(identity));
    expect(revocations.revokedMs(tokenIdentity('other'))).toBe(-Infinity);
  });

  test('concerns the resource and the permissions of a denial, and nothing else', () => {
    const revocations = new Revocations(new TestClock(), kept);
    revocations.denied(identity, users);
    expect(revocations.notBeforeMs(identity, users)).toBeGreaterThan(0);
    expect(
      revocations.notBeforeMs(identity, { resource: 'agents', permissions: users.permissions }),
    ).toBeGreaterThan(0);
    expect(revocations.notBeforeMs(identity, queues)).toBe(-Infinity);
    expect(revocations.revokedMs(identity)).toBe(-Infinity);
  });

  test('is everything once there are more denials than anybody needs', () => {
    const revocations = new Revocations(new TestClock(), kept);
    for (let n = 0; n < 300; n += 1)
      revocations.denied(identity, { resource: `made up ${n}`, permissions: [] });
    expect(revocations.revokedMs(identity)).toBeGreaterThan(0);
    expect(revocations.notBeforeMs(identity, queues)).toBe(revocations.revokedMs(identity));
  });

  test('is forgotten when nothing could be shown any more, so that made-up tokens do not fill the memory', async () => {
    const clock = new TestClock();
    const revocations = new Revocations(clock, kept);
    const denied = tokenIdentity('denied');
    revocations.revoked(identity);
    revocations.denied(denied, users);
    await clock.skip(kept.proofMs + 1);
    // Idle states are dropped when new ones come.
    for (let n = 0; n < 200; n += 1) revocations.revoked(tokenIdentity(`made up ${n}`));
    expect(revocations.revokedMs(identity)).toBe(-Infinity);
    expect(revocations.notBeforeMs(denied, users)).toBeGreaterThan(0);
    await clock.skip(kept.rowsMs);
    for (let n = 0; n < 400; n += 1) revocations.revoked(tokenIdentity(`made up later ${n}`));
    expect(revocations.notBeforeMs(denied, users)).toBe(-Infinity);
  });
});
