import { describe, expect, test } from 'vitest';
import type { AlterFault } from '../../src/sandbox/fault.ts';
import { isEnvelope } from '../support/answers.ts';
import { ANY_SIZE, forgetfulGatewayForTest } from '../support/gateway.ts';
import { campaign, supervisorsOrganisation } from '../support/organisation.ts';
import { range } from '../support/range.ts';

const page = `
  query Page($filter: CampaignFilter, $first: Int, $after: String) {
    campaigns(filter: $filter, first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage endCursor }
      nodes { id name }
    }
  }
`;

type Campaign = ReturnType<typeof campaign>;

function named(name: string, id = `id-of-${name.replaceAll(' ', '-')}`): Campaign {
  return { ...campaign(id), name };
}

function nameOf(n: number): string {
  return `Campaign ${String(n).padStart(3, '0')}`;
}

/** Gateway over campaigns 0 to `count` - 1, sorted by name, of which tests create and delete some. */
async function pagesOf(campaigns: Campaign[], options: Parameters<typeof forgetfulGatewayForTest>[0] = {}) {
  const gateway = await forgetfulGatewayForTest({
    organisation: { ...supervisorsOrganisation(), campaigns },
    ...options,
    env: { ...ANY_SIZE, ...options.env },
  });
  let after: string | null = null;
  async function ask(first: number, filter = {}) {
    const { data, errors } = await gateway.query(page, { first, after, filter });
    expect(errors).toBeUndefined();
    after = data.campaigns.pageInfo.endCursor ?? after;
    return data.campaigns;
  }
  return {
    ...gateway,
    remove: (...names: string[]) => {
      for (const name of names) {
        campaigns.splice(
          campaigns.findIndex((each) => each.name === name),
          1,
        );
      }
    },
    /** Names on the next page, and the calls that it took. */
    next: async (first: number, filter = {}) => {
      const { nodes, pageInfo } = await ask(first, filter);
      return {
        names: nodes.map(({ name }: { name: string }) => name),
        hasNextPage: pageInfo.hasNextPage,
        calls: gateway.calls().campaigns,
      };
    },
    nextIds: async (first: number): Promise<string[]> => {
      const { nodes } = await ask(first);
      return nodes.map(({ id }: { id: string }) => id);
    },
  };
}

function campaignsTo(count: number): Campaign[] {
  return range(count).map((n) => named(nameOf(n)));
}

function namesFrom(from: number, to: number): string[] {
  return range(to - from).map((n) => nameOf(from + n));
}

/** Fault by which the upstream lists these campaigns in their own order, in pages of `most` rows. */
function asTheyStand(campaigns: readonly Campaign[], envelope = {}, most = Infinity): AlterFault {
  return {
    kind: 'alter',
    resource: 'campaigns',
    alter(body, { query }) {
      if (!isEnvelope(body)) return body;
      const size = Math.min(Number(query.get('pageSize')), most);
      const start = (Number(query.get('pageNumber')) - 1) * size;
      const pageCount = Math.ceil(campaigns.length / size);
      return { ...body, pageCount, ...envelope, entities: campaigns.slice(start, start + size) };
    },
  };
}

describe('the next page of campaigns', () => {
  test.each([1, 10, 25, 50, 60, 99, 100])(
    'of %i rows costs one call while nothing changes',
    async (first) => {
      const { next } = await pagesOf(campaignsTo(220));
      const seen: string[] = [];
      for (let isMore = true; isMore;) {
        const found = await next(first);
        expect(found.calls).toBe(1);
        seen.push(...found.names);
        isMore = found.hasNextPage;
      }
      expect(seen).toEqual(namesFrom(0, 220));
    },
  );

  test('goes on after campaigns that were created before its place', async () => {
    const campaigns = campaignsTo(120);
    const { next } = await pagesOf(campaigns);
    await next(25);
    campaigns.push(named('Campaign 003a'), named('Campaign 010a'));
    expect(await next(25)).toEqual({ names: namesFrom(25, 50), hasNextPage: true, calls: 2 });
    // The place is known again.
    expect(await next(25)).toEqual({ names: namesFrom(50, 75), hasNextPage: true, calls: 1 });
  });

  test('goes on after campaigns that were deleted before its place', async () => {
    const { next, remove } = await pagesOf(campaignsTo(120));
    await next(25);
    remove(nameOf(3), nameOf(10));
    expect(await next(25)).toEqual({ names: namesFrom(25, 50), hasNextPage: true, calls: 1 });
  });

  test('looks for its place on the page before, when as many were deleted', async () => {
    const { next, remove } = await pagesOf(campaignsTo(120));
    for (let n = 0; n < 3; n += 1) await next(25);
    remove(...namesFrom(0, 10));
    expect(await next(25)).toEqual({ names: namesFrom(75, 100), hasNextPage: true, calls: 2 });
  });

  test('looks for its place on the page after, when as many were created', async () => {
    const campaigns = campaignsTo(120);
    const { next } = await pagesOf(campaigns);
    for (let n = 0; n < 4; n += 1) await next(20);
    campaigns.push(...range(20).map((n) => named(`Before ${n}`)));
    const { names, calls } = await next(20);
    expect(names).toEqual(namesFrom(80, 100));
    expect(calls).toBeLessThanOrEqual(3);
  });

  test('goes on by name when the campaign of its cursor is deleted, alone or with others before it', async () => {
    const { next, remove } = await pagesOf(campaignsTo(120));
    await next(25);
    remove(nameOf(24));
    expect((await next(25)).names).toEqual(namesFrom(25, 50));
    remove(nameOf(49), nameOf(48), nameOf(2));
    expect((await next(25)).names).toEqual(namesFrom(50, 75));
  });

  test('goes on by name when the campaign of its cursor is renamed', async () => {
    const campaigns = campaignsTo(60);
    const { next, remove } = await pagesOf(campaigns);
    await next(25);
    remove(nameOf(24));
    campaigns.push({ ...named('Campaign 027a'), id: 'id-of-Campaign-024' });
    expect((await next(4)).names).toEqual([nameOf(25), nameOf(26), nameOf(27), 'Campaign 027a']);
  });

  test('has campaigns that were created after its place, and lacks those that were deleted', async () => {
    const campaigns = campaignsTo(60);
    const { next, remove } = await pagesOf(campaigns);
    await next(25);
    campaigns.push(named('Campaign 025a'));
    remove(nameOf(27));
    const { names, calls } = await next(4);
    expect(names).toEqual([nameOf(25), 'Campaign 025a', nameOf(26), nameOf(28)]);
    expect(calls).toBe(1);
  });

  test('is the last one, or begins the list, when all others are gone', async () => {
    const campaigns = campaignsTo(60);
    const { next, remove } = await pagesOf(campaigns);
    await next(40);
    remove(...namesFrom(0, 50));
    expect((await next(40)).names).toEqual(namesFrom(50, 60));
    remove(...namesFrom(50, 60));
    expect(await next(40)).toMatchObject({ names: [], hasNextPage: false });
  });

  test('tells campaigns of the same name apart', async () => {
    const campaigns = range(9).map((n) => named('Same', `same-${n}`));
    const { nextIds } = await pagesOf(campaigns);
    const seen: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      seen.push(...(await nextIds(3)));
      campaigns.push(named(`Earlier ${n}`));
    }
    expect(seen.toSorted()).toEqual(range(9).map((n) => `same-${n}`));
  });

  test('goes on by position among campaigns of the same name when that of its cursor is deleted', async () => {
    const campaigns = range(9).map((n) => named('Same', `same-${n}`));
    const { nextIds } = await pagesOf(campaigns);
    const seen = await nextIds(3);
    campaigns.splice(
      campaigns.findIndex(({ id }) => id === seen[2]),
      1,
    );
    seen.push(...(await nextIds(9)));
    expect(seen.toSorted()).toEqual(range(9).map((n) => `same-${n}`));
  });

  test.each([100, 60])(
    'of %i rows, which has no room for the row before it, is found by the number of campaigns',
    async (first) => {
      const campaigns = campaignsTo(250);
      const { next, remove } = await pagesOf(campaigns);
      await next(first);
      remove(nameOf(7), nameOf(8));
      expect(await next(first)).toEqual({ names: namesFrom(first, 2 * first), hasNextPage: true, calls: 2 });
      campaigns.push(named('Campaign 001a'));
      const { names, calls } = await next(50);
      expect(names).toEqual(namesFrom(2 * first, 2 * first + 50));
      expect(calls).toBeLessThanOrEqual(3);
    },
  );

  test('takes three calls at the most, as planned, and rather has fewer rows than a fourth', async () => {
    const campaigns = campaignsTo(400);
    const { next } = await pagesOf(campaigns, { env: { MAX_UPSTREAM_CALLS: '3' } });
    await next(5);
    await next(100);
    // Rows 106 to 205 span two pages of the upstream, and the place is on the third.
    campaigns.push(...range(230).map((n) => named(`Before ${n}`)));
    const { names, hasNextPage, calls } = await next(100);
    expect(calls).toBe(3);
    expect(hasNextPage).toBe(true);
    const rest = await next(50);
    expect([...names, ...rest.names]).toEqual(namesFrom(105, 105 + names.length + 50));
  });

  test('goes on from its old position where names do not tell the order and its campaign is gone', async () => {
    // The upstream's order of names is neither ours nor one of code units.
    const names = ['m', 'z', 'a', 'q', 'b', 'k', 'c'];
    const campaigns = names.map((name) => named(name));
    const { next, remove } = await pagesOf(campaigns, { faults: [asTheyStand(campaigns)] });
    await next(3);
    campaigns.unshift(named('x'));
    expect((await next(1)).names).toEqual(['q']);
    remove('q');
    expect((await next(5)).names).toEqual(['b', 'k', 'c']);
  });

  test('by ids that the upstream takes in parts goes on after its campaign, and by name without it', async () => {
    const campaigns = campaignsTo(12);
    const ids = campaigns.map(({ id }) => id).toReversed();
    const { next, remove } = await pagesOf(campaigns, {
      faults: [{ kind: 'tooManyIds', resource: 'campaigns', maxIds: 5, status: 413 }],
    });
    expect((await next(4, { ids })).names).toEqual(namesFrom(0, 4));
    remove(nameOf(1));
    expect((await next(4, { ids })).names).toEqual(namesFrom(4, 8));
    remove(nameOf(7), nameOf(2));
    expect((await next(9, { ids })).names).toEqual(namesFrom(8, 12));
  });

  test('skips nothing while nothing changes, although the names after its place are in another order too', async () => {
    // By code units a hyphen is before an underscore; in other orders it is after it.
    const campaigns = [...namesFrom(0, 59), 'D-1', 'D_2', ...range(70).map((n) => `E ${n + 100}`)].map(
      (name) => named(name),
    );
    const { next } = await pagesOf(campaigns, { faults: [asTheyStand(campaigns)] });
    await next(60);
    expect((await next(60)).names.slice(0, 2)).toEqual(['D_2', 'E 100']);
  });

  test('looks for the row before it where orders of names disagree about its place', async () => {
    const campaigns = ['A 1', 'A 2', 'A 3', 'B-1', 'B_2', 'C 1', 'C 2'].map((name) => named(name));
    const { next, remove } = await pagesOf(campaigns, { faults: [asTheyStand(campaigns)] });
    await next(4);
    remove('A 2');
    expect(await next(2)).toMatchObject({ names: ['B_2', 'C 1'], calls: 2 });
  });

  test('is found where campaigns were deleted and the upstream does not count them', async () => {
    const campaigns = campaignsTo(70);
    const { next, remove } = await pagesOf(campaigns, {
      faults: [asTheyStand(campaigns, { total: null, nextUri: null })],
    });
    await next(66);
    remove(...namesFrom(0, 6));
    expect(await next(5)).toMatchObject({ names: namesFrom(66, 70), hasNextPage: false });
  });

  test('is another one until the last, where the upstream’s pages are smaller than they are said to be', async () => {
    const campaigns = campaignsTo(197);
    const { next } = await pagesOf(campaigns, {
      faults: [asTheyStand(campaigns, { pageSize: null, total: 197 }, 10)],
    });
    const seen: string[] = [];
    let isMore = true;
    for (let pages = 0; isMore && pages < 25; pages += 1) {
      const found = await next(10);
      seen.push(...found.names);
      isMore = found.hasNextPage;
    }
    expect(seen).toEqual(namesFrom(0, 197));
    expect(isMore).toBe(false);
  });

  test.each([2 ** 31, Number.MAX_SAFE_INTEGER])(
    'is given although the upstream counts %d campaigns',
    async (total) => {
      const campaigns = campaignsTo(9);
      const { query } = await pagesOf(campaigns, { faults: [asTheyStand(campaigns, { total })] });
      const text =
        'query ($after: String) { campaigns(first: 4, after: $after) { pageInfo { endCursor } nodes { name } } }';
      const { data } = await query(text);
      const answer = await query(text, { after: data.campaigns.pageInfo.endCursor });
      expect(answer.errors).toBeUndefined();
      expect(answer.data.campaigns.nodes.map(({ name }: Campaign) => name)).toEqual(namesFrom(4, 8));
    },
  );

  test('by ids has a campaign once whose id is given in both cases, in parts too', async () => {
    const ids = range(6).map((n) => `0CA3E6B7-B059-4045-814C-1656499B846${n}`);
    const campaigns = ids.map((id, n) => named(nameOf(n), id.toLowerCase()));
    const { next } = await pagesOf(campaigns, {
      faults: [{ kind: 'tooManyIds', resource: 'campaigns', maxIds: 5, status: 413 }],
    });
    const { names } = await next(50, { ids: [...ids, ...ids.map((id) => id.toLowerCase())] });
    expect(names).toEqual(namesFrom(0, 6));
  });
});
