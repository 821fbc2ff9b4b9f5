import { beforeEach, describe, expect, test } from 'vitest';
import { ByteLru } from '../../../src/cache/byte-lru.ts';
import { EntitySource } from '../../../src/loading/entity-source.ts';
import { departments, HeldUpstream, identity, type User, type UserPart, users } from './held-upstream.ts';
import { StoredRows } from './stored-rows.ts';

/** Text that makes an answer large. */
const LONG = 'x'.repeat(1_200_000);
/** Deeper than `JSON.stringify` takes: V8 writes objects whose keys are numbers by recursion. */
const DEEP = `${'{"1":'.repeat(100_000)}1${'}'.repeat(100_000)}`;

let upstream: HeldUpstream;
let store: StoredRows;
let source: EntitySource<User, UserPart>;

beforeEach(() => {
  upstream = new HeldUpstream();
  store = new StoredRows();
  const entities = new ByteLru(upstream.clock, 100_000_000);
  source = new EntitySource(users, '', identity, { ...upstream.options(store), entities });
  upstream.credentialChecks.accepted(identity, upstream.clock.now());
});

function load(ids: readonly string[]) {
  return source.load(upstream.request(), ids, [], null);
}

function lookUp(id: string): User | null | undefined {
  return source.lookup(upstream.request(), [])?.(id);
}

describe('a large answer', () => {
  test('is kept as its entities, which are not made again', async () => {
    const loading = load(['a', 'b']);
    await (await upstream.onlyCall()).answer(LONG);
    const found = await loading;
    expect(await departments(loading, ['a', 'b'])).toEqual([LONG, LONG]);
    expect(lookUp('a')).toBe(found.get('a'));
    expect(lookUp('b')).toBe(found.get('b'));
  });

  test('gives the first row of an id, and null for an id without a row', async () => {
    const rows = [
      JSON.stringify({ id: 'other', department: LONG }),
      '7',
      'null',
      '{"id":"a","department":"1"}',
    ];
    const loading = load(['a', 'b']);
    await (await upstream.onlyCall()).answerRows([...rows, '{"id":"a","department":"2"}']);
    expect(await departments(loading, ['a', 'b'])).toEqual(['1', null]);
    expect(lookUp('b')).toBeNull();
  });

  test('is shared with other processes, and adopted from them', async () => {
    const loading = load(['a', 'b']);
    await (await upstream.onlyCall()).answer(LONG);
    await loading;
    await expect.poll(() => store.shared).toEqual([['a', 'b']]);
    expect(store.texts.get('b')).toBe(JSON.stringify({ id: 'b', department: LONG }));

    store.put('c', LONG, upstream.clock.now());
    store.put('d', LONG, upstream.clock.now());
    store.rows.set('e', {
      row: Buffer.from('no JSON'),
      status: 200,
      correlationId: undefined,
      readAtMs: upstream.clock.now(),
    });
    const adopting = load(['c', 'd', 'e']);
    await expect.poll(() => upstream.calls.length).toBe(1);
    const call = await upstream.onlyCall();
    expect(call.send()).toEqual(['e']);
    await call.answer('read');
    expect(await departments(adopting, ['c', 'd', 'e'])).toEqual([LONG, LONG, 'read']);
    expect(lookUp('c')).toBe((await adopting).get('c'));
  });

  test('above 4 MiB is not shared', async () => {
    const loading = load(['a', 'b', 'c']);
    await (await upstream.onlyCall()).answer(LONG.repeat(2));
    expect(await departments(loading, ['a', 'b', 'c'])).toEqual([
      LONG.repeat(2),
      LONG.repeat(2),
      LONG.repeat(2),
    ]);
    expect(store.shared).toEqual([]);
  });
});

describe.each([
  ['a small answer', 'short'],
  ['a large answer', LONG],
])('a row of %s that JSON cannot be made of again', (_what, department) => {
  test('is read and kept here, and alone not shared with other processes', async () => {
    const loading = load(['a', 'deep', 'unknown']);
    const rows = [
      `{"id":"deep","department":"deep","extra":${DEEP}}`,
      JSON.stringify({ id: 'a', department }),
    ];
    await (await upstream.onlyCall()).answerRows(rows);
    expect(await departments(loading, ['a', 'deep', 'unknown'])).toEqual([department, 'deep', null]);
    expect(lookUp('deep')?.department).toBe('deep');
    await expect.poll(() => store.shared.map((ids) => ids.toSorted())).toEqual([['a', 'unknown']]);
    expect(store.texts.get('unknown')).toBeNull();
  });
});
