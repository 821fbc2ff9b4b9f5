import { setImmediate as macrotask } from 'node:timers/promises';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { tokenIdentity } from '../../../src/identity/upstream-identity.ts';
import { Cancellation } from '../../../src/lib/signal.ts';
import {
  LEAST_KNOWN,
  type UpstreamConnection,
  UpstreamConnections,
} from '../../../src/upstream/upstream-connections.ts';
import { propertyRuns, timeout } from '../../property/property-runs.ts';

/** Connections, and calls named by their identities' letters: `a1` is the first of identity a. Capitals are known. */
function connectionsFor(max: number) {
  const connections = new UpstreamConnections(max);
  const begun = new Map<string, UpstreamConnection>();
  const refused: string[] = [];
  const signals = new Map<string, Cancellation>();
  const identityOf = (name: string) => tokenIdentity(name.slice(0, 1));

  function call(...names: string[]): void {
    for (const name of names) {
      const signal = new Cancellation();
      signals.set(name, signal);
      const identity = identityOf(name);
      if (/^[A-Z]/.test(name)) connections.accepted(identity);
      try {
        const acquired = connections.acquire(identity, false, signal);
        if (!(acquired instanceof Promise)) begun.set(name, acquired);
        else
          acquired.then(
            (connection) => begun.set(name, connection),
            () => refused.push(name),
          );
      } catch {
        refused.push(name);
      }
    }
  }

  async function end(...names: string[]): Promise<void> {
    for (const name of names) {
      begun.get(name)?.end();
      begun.delete(name);
    }
    await macrotask();
  }

  async function abort(name: string): Promise<void> {
    signals.get(name)?.abort(new Error('nobody waits'));
    await macrotask();
  }

  return { connections, call, end, abort, refused, begun: () => [...begun.keys()].join(' ') };
}

test('known identities take turns, however many calls each has waiting', async () => {
  const { call, end, begun } = connectionsFor(2);
  call('A1', 'A2', 'A3', 'A4', 'B1', 'B2');
  expect(begun()).toBe('A1 A2');
  await end('A1', 'A2');
  expect(begun()).toBe('A3 B1');
  await end('A3', 'B1');
  expect(begun()).toBe('A4 B2');
});

test('made-up credentials use half of the connections at most, and an accepted one never waits for them', async () => {
  const { call, end, begun } = connectionsFor(8);
  call('a1', 'b1', 'c1', 'd1', 'e1', 'f1');
  expect(begun()).toBe('a1 b1 c1 d1');
  call('Z1', 'Z2');
  expect(begun()).toBe('a1 b1 c1 d1 Z1 Z2');
  await end('a1');
  expect(begun()).toBe('b1 c1 d1 Z1 Z2 e1');
});

test('new credentials get an eighth of the connections beside accepted ones that want all', async () => {
  const { call, end, begun } = connectionsFor(8);
  call(...Array.from({ length: 12 }, (_, n) => `Z${n}`), 'a1', 'b1');
  expect(begun()).toBe('Z0 Z1 Z2 Z3 Z4 Z5 Z6 Z7');
  await end('Z0');
  expect(begun()).toContain('a1');
  await end('Z1', 'Z2');
  expect(begun()).toBe('Z3 Z4 Z5 Z6 Z7 a1 Z8 Z9');
  await end('a1');
  expect(begun()).toBe('Z3 Z4 Z5 Z6 Z7 Z8 Z9 b1');
});

test('calls with made-up credentials are refused when as many wait as may be under way', async () => {
  const { call, begun, refused, end, abort } = connectionsFor(4);
  call('a1', 'b1', 'c1', 'd1', 'e1');
  expect([begun(), refused]).toEqual(['a1 b1', ['e1']]);
  await abort('c1');
  expect(refused).toEqual(['e1', 'c1']);
  call('f1');
  await end('a1', 'b1');
  expect(begun()).toBe('d1 f1');
});

test('a credential that the upstream does not accept any more is as unknown as a made-up one', () => {
  const { connections, call, refused, begun } = connectionsFor(2);
  call('a1', 'b1');
  connections.accepted(tokenIdentity('c'));
  connections.revoked(tokenIdentity('c'));
  call('c1');
  expect([begun(), refused]).toEqual(['a1', ['c1']]);
});

test('a credential is unknown again when many others have been accepted since', () => {
  const { call, connections, begun } = connectionsFor(2);
  connections.accepted(tokenIdentity('b'));
  for (let n = 0; n < LEAST_KNOWN; n += 1) connections.accepted(tokenIdentity(`other ${n}`));
  call('a1', 'b1');
  expect(begun()).toBe('a1 b1');
  for (let n = 0; n < LEAST_KNOWN; n += 1) connections.accepted(tokenIdentity(`another ${n}`));
  call('b2');
  expect(begun()).toBe('a1 b1');
});

test(
  'whatever comes, goes and is given up: the bounds hold, and nothing waits while there is room',
  { timeout },
  async () => {
    const step = fc.record({
      kind: fc.constantFrom('call', 'call', 'end', 'abort'),
      identity: fc.constantFrom('a', 'b', 'c', 'd', 'Y', 'Z'),
      which: fc.nat(20),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.array(step, { maxLength: 60 }),
        async (max, steps) => {
          const { connections, call, end, abort, begun } = connectionsFor(max);
          const names: string[] = [];
          for (const [n, { kind, identity, which }] of steps.entries()) {
            const under = begun().split(' ').filter(Boolean);
            const known = under[which % Math.max(1, under.length)];
            if (kind === 'call') {
              names.push(`${identity}${n}`);
              call(`${identity}${n}`);
            } else if (kind === 'end' && known !== undefined) {
              // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
              await end(known);
            } else if (kind === 'abort' && names.length > 0) {
              // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
              await abort(names[which % names.length] ?? '');
            }
            const now = begun().split(' ').filter(Boolean);
            const unknown = now.filter((name) => /^[a-z]/.test(name));
            const { used, waiting } = connections.figures;
            expect(used).toBe(now.length);
            expect(used).toBeLessThanOrEqual(max);
            expect(unknown.length).toBeLessThanOrEqual(Math.ceil(max / 2));
            expect(waiting === 0 || used === max || unknown.length === Math.ceil(max / 2)).toBe(true);
          }
          for (let left = begun(); left !== ''; left = begun()) {
            // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
            await end(...left.split(' '));
          }
          expect(connections.figures).toEqual({ used: 0, waiting: 0 });
        },
      ),
      propertyRuns,
    );
  },
);
