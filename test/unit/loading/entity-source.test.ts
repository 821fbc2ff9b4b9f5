import { beforeEach, describe, expect, test } from 'vitest';
import { NEGATIVE_TTL_MS } from '../../../src/cache/freshness.ts';
import { EntitySource } from '../../../src/loading/entity-source.ts';
import {
  departments,
  FRESH_MS,
  HeldUpstream,
  identity,
  settled,
  type User,
  type UserPart,
  users,
} from './held-upstream.ts';
import { StoredRows } from './stored-rows.ts';

let upstream: HeldUpstream;
let store: StoredRows;
let source: EntitySource<User, UserPart>;

beforeEach(() => {
  upstream = new HeldUpstream();
  store = new StoredRows();
  source = new EntitySource(users, '', identity, upstream.options(store));
  upstream.credentialChecks.accepted(identity, upstream.clock.now());
});

function load(ids: readonly string[], requestScope = upstream.request()) {
  return departments(source.load(requestScope, ids, [], null), ids);
}

function lookUp(id: string): string | null | undefined {
  return source.lookup(upstream.request(), [])?.(id)?.department;
}

describe('a source', () => {
  test('gives what is cached, and revalidates it in the background once it is stale', async () => {
    const loading = load(['a']);
    await (await upstream.onlyCall()).answer('first');
    expect(await loading).toEqual(['first']);
    expect(lookUp('a')).toBe('first');
    expect(await upstream.made()).toEqual([]);
    await upstream.clock.skip(FRESH_MS);
    expect(lookUp('a')).toBe('first');
    await (await upstream.onlyCall()).answer('second');
    expect(lookUp('a')).toBe('second');
    await upstream.clock.skip(2 * FRESH_MS);
    expect(lookUp('a')).toBeUndefined();
  });

  test('that is dropped caches and shares nothing that comes later, and answers those who wait', async () => {
    const loading = load(['a']);
    const call = await upstream.onlyCall();
    source.drop();
    await call.answer('too late');
    expect(await loading).toEqual(['too late']);
    expect([lookUp('a'), store.shared, source.isIdle]).toEqual([undefined, [], true]);
  });

  test('that is dropped lets nobody join the batches under way', async () => {
    store.isAvailable = false;
    const before = load(['a']);
    const call = await upstream.onlyCall();
    source.drop();
    const after = load(['a']);
    const next = await upstream.onlyCall();
    await Promise.all([call.answer('before'), next.answer('after')]);
    expect(await Promise.all([before, after])).toEqual([['before'], ['after']]);
  });

  test('is idle before it is used and once nothing is under way or cached', async () => {
    expect(source.isIdle).toBe(true);
    const loading = load(['a']);
    expect(source.isIdle).toBe(false);
    const call = await upstream.onlyCall();
    expect(source.isIdle).toBe(false);
    await call.fail();
    expect(await loading).toEqual(['UPSTREAM_UNAVAILABLE']);
    expect(source.isIdle).toBe(true);
  });
});

describe('ids that other processes read', () => {
  test('come from the store, and are read here when they are not there', async () => {
    store.put('a', 'of another', upstream.clock.now());
    const loading = load(['a', 'b']);
    const call = await upstream.onlyCall();
    expect(call.send()).toEqual(['b']);
    expect(store.leasedHere).toEqual(new Set(['b']));
    await call.answer('of this one');
    expect(await loading).toEqual(['of another', 'of this one']);
    expect([lookUp('a'), lookUp('b')]).toEqual(['of another', 'of this one']);
    expect([store.shared, store.leasedHere]).toEqual([[['b']], new Set()]);
  });

  test('are awaited while they are leased elsewhere, and read here when no row comes', async () => {
    store.leasedElsewhere.add('a').add('b');
    const loading = load(['a', 'b', 'c']);
    const call = await upstream.onlyCall();
    expect(call.send()).toEqual(['c']);
    await call.answer('of this one');
    store.put('a', 'of another', upstream.clock.now());
    store.release();
    const next = await upstream.onlyCall();
    expect(next.send()).toEqual(['b']);
    await next.answer('at last');
    expect(await loading).toEqual(['of another', 'at last', 'of this one']);
    expect([store.leasedHere, source.isIdle]).toEqual([new Set(), false]);
  });

  test('are looked up once for all requests of this process, each with its own deadline', async () => {
    store.leasedElsewhere.add('a');
    const client = new AbortController();
    const loads = [load(['a'], upstream.request(client)), load(['a'])];
    await settled();
    // The rows, and then the lease.
    expect(store.asked).toBe(2);
    client.abort();
    expect(await loads[0]).toEqual(['UPSTREAM_TIMEOUT']);
    store.put('a', 'of another', upstream.clock.now());
    store.release();
    expect(await loads[1]).toEqual(['of another']);
    expect(await upstream.made()).toEqual([]);
  });

  test('are not looked up while a batch of this process asks for them', async () => {
    const loads = [load(['a'])];
    const call = await upstream.onlyCall();
    const { asked } = store;
    loads.push(load(['a']));
    expect([await upstream.made(), store.asked]).toEqual([[], asked]);
    await call.answer();
    expect(await Promise.all(loads)).toEqual([['first'], ['first']]);
  });

  test('are not asked for when they were cached here while the lookup ran', async () => {
    store.leasedElsewhere.add('a');
    const awaiting = load(['a']);
    await settled();
    store.isAvailable = false;
    const loading = load(['a']);
    await (await upstream.onlyCall()).answer();
    store.release();
    expect(await Promise.all([awaiting, loading])).toEqual([['first'], ['first']]);
    expect(await upstream.made()).toEqual([]);
  });

  test('are found when their rows come between the look and the lease, which is released', async () => {
    store.leasedElsewhere.add('b');
    store.onLease = () => {
      for (const id of ['a', 'b']) store.put(id, 'just now', upstream.clock.now());
    };
    expect(await load(['a', 'b'])).toEqual(['just now', 'just now']);
    expect(await upstream.made()).toEqual([]);
    expect([store.leasedHere, store.asked]).toEqual([new Set(), 2]);
  });

  test('are found at any maximum age in rows read after they were asked for', async () => {
    store.leasedElsewhere.add('a');
    const requestScope = upstream.request();
    const loading = departments(source.load(requestScope, ['a'], [], null, 0), ['a']);
    await settled();
    store.put('a', 'just now', upstream.clock.now());
    store.release();
    expect(await loading).toEqual(['just now']);
    expect(await upstream.made()).toEqual([]);
  });

  test('count as unknown for a short while only', async () => {
    store.putUnknown('a', upstream.clock.now() - NEGATIVE_TTL_MS / 2);
    store.putUnknown('b', upstream.clock.now() - NEGATIVE_TTL_MS);
    const loading = load(['a', 'b']);
    const call = await upstream.onlyCall();
    expect(call.send()).toEqual(['b']);
    await call.answer('created just now');
    expect(await loading).toEqual([null, 'created just now']);
    expect(lookUp('a')).toBeUndefined();
    expect(source.lookup(upstream.request(), [])?.('a')).toBeNull();
    await upstream.clock.skip(NEGATIVE_TTL_MS / 2);
    expect(source.lookup(upstream.request(), [])?.('a')).toBeUndefined();
  });

  test('are looked up anew when all who waited have left, and no lease is held for those', async () => {
    store.leasedElsewhere.add('a');
    const client = new AbortController();
    const left = load(['a'], upstream.request(client));
    await settled();
    client.abort();
    expect(await left).toEqual(['UPSTREAM_TIMEOUT']);
    const later = load(['a']);
    store.release();
    const call = await upstream.onlyCall();
    // Two looks and two leases: the lookup that was left takes none.
    expect([store.leasedHere, store.asked]).toEqual([new Set(['a']), 4]);
    await call.answer();
    expect(await later).toEqual(['first']);
    expect(store.leasedHere).toEqual(new Set());
  });

  test('are shared without the parts that they were read with, too', async () => {
    const ids = ['a'];
    const loading = departments(source.load(upstream.request(), ids, ['presence'], null), ids);
    await (await upstream.onlyCall()).answer();
    expect(await loading).toEqual(['first']);
    expect(store.shared).toEqual([ids, ids]);
  });

  test('are revalidated when their rows are stale, and not before', async () => {
    store.put('a', 'stale', upstream.clock.now() - FRESH_MS);
    store.put('b', 'fresh', upstream.clock.now() - FRESH_MS / 2);
    expect(await load(['b'])).toEqual(['fresh']);
    expect([await upstream.made(), store.asked]).toEqual([[], 1]);
    expect(await load(['a'])).toEqual(['stale']);
    await (await upstream.onlyCall()).answer('anew');
    expect(lookUp('a')).toBe('anew');
  });
});
