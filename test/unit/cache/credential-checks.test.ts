import { expect, test } from 'vitest';
import { IdentityProofs } from '../../../src/cache/credential-checks.ts';
import { tokenIdentity } from '../../../src/identity/upstream-identity.ts';
import { clockForTest } from '../../property/identities-clock.ts';

const mine = tokenIdentity('mine');
const another = tokenIdentity('another');

test('nobody is proven before the upstream has accepted the credential', () => {
  expect(new IdentityProofs(1000).isProven(mine, performance.now())).toBe(false);
});

test('who was accepted is proven for so long after the call was sent, and nobody else is', () => {
  const proofs = new IdentityProofs(1000);
  proofs.accepted(mine, 5000);
  expect(proofs.isProven(mine, 5000)).toBe(true);
  expect(proofs.isProven(mine, 6000)).toBe(true);
  expect(proofs.isProven(mine, 6000.1)).toBe(false);
  expect(proofs.isProven(another, 5000)).toBe(false);
});

test('the latest call counts, in whatever order the answers come', () => {
  const proofs = new IdentityProofs(1000);
  proofs.accepted(mine, 5000);
  proofs.accepted(mine, 4000);
  expect(proofs.isProven(mine, 6000)).toBe(true);
  proofs.accepted(mine, 5500);
  expect(proofs.isProven(mine, 6500)).toBe(true);
});

test('a time of zero proves no moment but the one of the call', () => {
  const proofs = new IdentityProofs(0);
  proofs.accepted(mine, 5000);
  expect(proofs.isProven(mine, 5000)).toBe(true);
  expect(proofs.isProven(mine, 5001)).toBe(false);
});

test('who is refused is not proven by what was sent before, only by what is sent after', () => {
  const clock = clockForTest();
  const proofs = new IdentityProofs(1000);
  const beforeMs = performance.now();
  proofs.accepted(mine, beforeMs);
  proofs.accepted(another, beforeMs);
  clock.skip(10);
  proofs.revoked(mine);
  expect(proofs.isProven(mine, performance.now())).toBe(false);
  expect(proofs.isProven(another, performance.now())).toBe(true);
  proofs.accepted(mine, beforeMs);
  expect(proofs.isProven(mine, performance.now())).toBe(false);
  clock.skip(10);
  proofs.accepted(mine, performance.now());
  expect(proofs.isProven(mine, performance.now())).toBe(true);
});

test('a refusal is remembered however many others come', () => {
  const clock = clockForTest();
  const proofs = new IdentityProofs(1000);
  const sentMs = performance.now();
  clock.skip(10);
  proofs.revoked(mine);
  for (let n = 0; n < 1000; n += 1) proofs.accepted(tokenIdentity(`of ${n}`), performance.now());
  proofs.accepted(mine, sentMs);
  expect(proofs.isProven(mine, performance.now())).toBe(false);
});
