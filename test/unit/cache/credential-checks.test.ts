import { expect, test } from 'vitest';
import { CredentialChecks } from '../../../src/cache/credential-checks.ts';
import { tokenIdentity } from '../../../src/identity/upstream-identity.ts';
import { TestClock } from '../../support/test-clock.ts';

const mine = tokenIdentity('mine');
const another = tokenIdentity('another');
const clock = new TestClock();

test('a credential is not fresh before the upstream has accepted it', () => {
  expect(new CredentialChecks(clock, 1000).isFresh(mine, clock.now())).toBe(false);
});

test('an accepted credential is fresh for `proofMs` after the call was sent, and no other is', () => {
  const proofs = new CredentialChecks(clock, 1000);
  proofs.accepted(mine, 5000);
  expect(proofs.isFresh(mine, 5000)).toBe(true);
  expect(proofs.isFresh(mine, 6000)).toBe(true);
  expect(proofs.isFresh(mine, 6000.1)).toBe(false);
  expect(proofs.isFresh(another, 5000)).toBe(false);
});

test('the latest call counts, in whatever order the answers come', () => {
  const proofs = new CredentialChecks(clock, 1000);
  proofs.accepted(mine, 5000);
  proofs.accepted(mine, 4000);
  expect(proofs.isFresh(mine, 6000)).toBe(true);
  proofs.accepted(mine, 5500);
  expect(proofs.isFresh(mine, 6500)).toBe(true);
});

test('a time of zero keeps a credential fresh only in the moment of the call', () => {
  const proofs = new CredentialChecks(clock, 0);
  proofs.accepted(mine, 5000);
  expect(proofs.isFresh(mine, 5000)).toBe(true);
  expect(proofs.isFresh(mine, 5001)).toBe(false);
});

test('a revoked credential is not fresh by calls sent before, only by calls sent after', async () => {
  const proofs = new CredentialChecks(clock, 1000);
  const beforeMs = clock.now();
  proofs.accepted(mine, beforeMs);
  proofs.accepted(another, beforeMs);
  await clock.skip(10);
  proofs.revoked(mine);
  expect(proofs.isFresh(mine, clock.now())).toBe(false);
  expect(proofs.isFresh(another, clock.now())).toBe(true);
  proofs.accepted(mine, beforeMs);
  expect(proofs.isFresh(mine, clock.now())).toBe(false);
  await clock.skip(10);
  proofs.accepted(mine, clock.now());
  expect(proofs.isFresh(mine, clock.now())).toBe(true);
});

test('a revocation is remembered however many other identities come', async () => {
  const proofs = new CredentialChecks(clock, 1000);
  const sentMs = clock.now();
  await clock.skip(10);
  proofs.revoked(mine);
  for (let n = 0; n < 1000; n += 1) proofs.accepted(tokenIdentity(`of ${n}`), clock.now());
  proofs.accepted(mine, sentMs);
  expect(proofs.isFresh(mine, clock.now())).toBe(false);
});
