import { beforeEach, describe, expect, test } from 'vitest';
import { InFlightBatches } from '../../../src/loading/in-flight.ts';
import { ResourceCache } from '../../../src/loading/resource-cache.ts';
import { ResourceFreshness } from '../../../src/loading/resource-freshness.ts';
import { Revalidation } from '../../../src/loading/revalidate.ts';
import { CallBudget } from '../../../src/upstream/budget.ts';
import {
  FRESH_MS,
  HeldUpstream,
  identity,
  REFRESH_MS,
  type User,
  type UserPart,
  users,
} from './held-upstream.ts';
import { StoredRows } from './stored-rows.ts';

let upstream: HeldUpstream;
let cache: ResourceCache<User, UserPart>;
let inFlight: InFlightBatches<User, UserPart>;
let revalidation: Revalidation<User, UserPart>;

function begin(store: StoredRows | null): void {
  upstream = new HeldUpstream();
  const options = upstream.options(store);
  const { clock, turns, entities: answers, refreshMs } = options;
  const freshness = new ResourceFreshness(users, identity, options);
  cache = new ResourceCache({ resource: users, identity, answers, freshness, store, clock, turns });
  inFlight = new InFlightBatches(users, cache, options);
  revalidation = new Revalidation({ clock, refreshMs, freshness, cache, inFlight, store });
}

function foundStale(
  ids: readonly string[],
  expand: readonly UserPart[] = [],
  requestScope = upstream.request(),
): void {
  for (const id of ids) revalidation.soon(requestScope, id, expand, upstream.clock.now());
}

function cached(id: string): string | null | undefined {
  return cache.get(id, [])?.use(id)?.department;
}

describe('stale ids', () => {
  beforeEach(() => begin(null));

  test('of the same tick are read in one call, each once, and cached', async () => {
    foundStale(['a', 'b']);
    foundStale(['b', 'c']);
    const call = await upstream.onlyCall();
    expect(call.send()).toEqual(['a', 'b', 'c']);
    await call.answer('anew');
    expect(['a', 'b', 'c'].map(cached)).toEqual(['anew', 'anew', 'anew']);
  });

  test('of the same tick are read with the parts with which they were found', async () => {
    foundStale(['a'], ['presence', 'skills']);
    foundStale(['b'], ['skills', 'presence']);
    foundStale(['c']);
    const calls = await upstream.made();
    expect(calls.map((call) => call.send())).toEqual([['presence', 'skills', 'a', 'b'], ['c']]);
  });

  test('of later ticks are read too, but not while a batch asks for them, with whatever parts', async () => {
    foundStale(['a']);
    const call = await upstream.onlyCall();
    call.send();
    foundStale(['a', 'b'], ['presence']);
    const next = await upstream.onlyCall();
    expect(next.send()).toEqual(['presence', 'b']);
    await Promise.all([call.answer(), next.answer()]);
    foundStale(['a']);
    expect((await upstream.onlyCall()).send()).toEqual(['a']);
  });

  test('are not read on behalf of a request whose budget is spent', async () => {
    foundStale(['a'], [], upstream.request(undefined, new CallBudget(0)));
    expect(await upstream.made()).toEqual([]);
  });
});

describe('a revalidation', () => {
  beforeEach(() => begin(null));

  test('that fails changes nothing, and pauses the next for a second', async () => {
    foundStale(['a']);
    await (await upstream.onlyCall()).answer('old');
    foundStale(['a']);
    await (await upstream.onlyCall()).fail();
    expect(cached('a')).toBe('old');
    foundStale(['a', 'b']);
    await upstream.clock.skip(900);
    foundStale(['a', 'b']);
    expect(await upstream.made()).toEqual([]);
    await upstream.clock.skip(100);
    foundStale(['a', 'b']);
    await (await upstream.onlyCall()).answer('anew');
    expect([cached('a'), cached('b')]).toEqual(['anew', 'anew']);
  });

  test('goes on when the client of its request leaves, until a deadline of its own', async () => {
    const client = new AbortController();
    foundStale(['a'], [], upstream.request(client));
    const call = await upstream.onlyCall();
    call.send();
    client.abort();
    await upstream.clock.skip(REFRESH_MS - 1_000);
    expect(call.shared.signal.aborted).toBe(false);
    await upstream.clock.skip(1_000);
    expect(call.shared.signal.aborted).toBe(true);
    expect(inFlight.isEmpty).toBe(true);
    foundStale(['a']);
    expect(await upstream.made()).toEqual([]);
  });
});

describe('with a replica store', () => {
  let store: StoredRows;
  beforeEach(() => {
    store = new StoredRows();
    begin(store);
  });

  test('rows that another process has just read are adopted, and the rest is leased until it is read', async () => {
    store.put('a', 'of another', upstream.clock.now());
    store.put('b', 'stale there too', upstream.clock.now() - FRESH_MS);
    foundStale(['a', 'b', 'c']);
    const call = await upstream.onlyCall();
    expect(call.send()).toEqual(['b', 'c']);
    expect(store.leasedHere).toEqual(new Set(['b', 'c']));
    expect(cached('a')).toBe('of another');
    await call.answer('anew');
    expect([cached('b'), cached('c')]).toEqual(['anew', 'anew']);
    expect([store.leasedHere, store.shared]).toEqual([new Set(), [['b', 'c']]]);
  });

  test('ids that another process has leased are left to it', async () => {
    store.leasedElsewhere.add('a').add('b');
    foundStale(['a', 'b']);
    expect(await upstream.made()).toEqual([]);
    await upstream.clock.skip(100);
    foundStale(['a', 'c']);
    expect((await upstream.onlyCall()).send()).toEqual(['c']);
  });

  test('a lease that nothing needs is released', async () => {
    // Another process writes its row between the two looks.
    store.onLease = () => store.put('a', 'of another', upstream.clock.now());
    foundStale(['a']);
    expect(await upstream.made()).toEqual([]);
    expect([cached('a'), store.leasedHere]).toEqual(['of another', new Set()]);
  });

  test('a lease ends with the read, also when that fails', async () => {
    foundStale(['a']);
    const call = await upstream.onlyCall();
    expect(store.leasedHere).toEqual(new Set(['a']));
    await call.fail();
    expect(store.leasedHere).toEqual(new Set());
  });

  test('the store is asked once at a time', async () => {
    foundStale(['a']);
    await Promise.resolve();
    foundStale(['b']);
    expect((await upstream.onlyCall()).send()).toEqual(['a']);
    expect(store.asked).toBe(2);
    await upstream.clock.skip(100);
    foundStale(['b']);
    expect((await upstream.onlyCall()).send()).toEqual(['b']);
  });

  test('all ids are read while the store is unavailable', async () => {
    store.put('a', 'of another', upstream.clock.now());
    store.isAvailable = false;
    foundStale(['a']);
    expect((await upstream.onlyCall()).send()).toEqual(['a']);
    expect(store.asked).toBe(0);
  });
});
