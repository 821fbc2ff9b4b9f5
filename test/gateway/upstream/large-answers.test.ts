import { describe, expect, test } from 'vitest';
import { forgetfulGatewayForTest, gatewayForTest, keepingGatewayForTest } from '../../support/gateway.ts';
import { answering, nodesIn, onlyError, screen } from '../../support/answers.ts';
import { CAMPAIGN_ID, CONTACT_LIST_ID } from '../../support/organisation.ts';

/** More than is parsed, read, sorted or filtered at once. */
const MANY = 8_000;
const MEGABYTE = 1024 * 1024;

/** Rows in no order: some moments occur many times, some rows have none, and some ids occur twice. */
function manyRows(): { id: string; creationTime?: string; disposition: string; callerName: string }[] {
  return Array.from({ length: MANY }, (_, n) => ({
    id: `row-${(n * 7919) % (MANY - 500)}`,
    ...(n % 50 !== 0 && {
      creationTime: new Date(Date.UTC(2026, 0, 1) + ((n * 31) % 700) * 1000).toISOString(),
    }),
    disposition: n % 3 === 0 ? 'LIVE_VOICE' : 'MACHINE',
    callerName: 'A name that takes some room, as those of an organisation do. '.repeat(2),
  }));
}

/** Ids in the order of the answer, worked out another way. */
function idsInOrder(rows: ReturnType<typeof manyRows>, isDescending: boolean): string[] {
  const firsts = [...new Map(rows.toReversed().map((row) => [row.id, row])).values()];
  const sign = isDescending ? -1 : 1;
  const timeOf = ({ creationTime }: (typeof rows)[number]) =>
    creationTime === undefined ? Infinity : sign * Date.parse(creationTime);
  return firsts
    .filter(({ disposition }) => disposition === 'LIVE_VOICE')
    .toSorted((a, b) => (timeOf(a) === timeOf(b) ? (a.id < b.id ? -1 : 1) : timeOf(a) < timeOf(b) ? -1 : 1))
    .map(({ id }) => id);
}

describe('a list of many interactions', () => {
  test.each(['CREATION_TIME_ASC', 'CREATION_TIME_DESC'])(
    'is filtered, sorted and paged like any: %s',
    async (order) => {
      const rows = manyRows();
      const body = { interactingInteractions: rows.slice(0, 6000), pendingInteractions: rows.slice(6000) };
      expect(JSON.stringify(body).length).toBeGreaterThan(MEGABYTE);
      const { query, calls } = await keepingGatewayForTest({
        faults: [answering('campaignInteractions', body)],
        env: { INTERACTIONS_WINDOW_MS: '60000', INTERACTIONS_MAX_AGE_MS: '60000' },
      });
      const seen: string[] = [];
      let after: string | null = null;
      do {
        // oxlint-disable-next-line eslint/no-await-in-loop -- each page begins after the one before
        const { data } = await query(
          `query ($after: String) { campaignInteractions(
          campaignId: "${CAMPAIGN_ID}", first: 1000, after: $after, orderBy: ${order}, filter: { dispositions: [LIVE_VOICE] }
        ) { totalCount nodes { id } pageInfo { endCursor hasNextPage } } }`,
          { after },
        );
        const { nodes, pageInfo } = data.campaignInteractions;
        for (const { id } of nodes) seen.push(id);
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      } while (after !== null);
      expect(seen).toEqual(idsInOrder(rows, order === 'CREATION_TIME_DESC'));
      expect(calls()).toEqual({ campaignInteractions: 1 });
    },
  );

  test('has each by its id', async () => {
    const body = { interactingInteractions: [...manyRows(), { id: 'last' }] };
    const { query } = await gatewayForTest({ faults: [answering('campaignInteractions', body)] });
    const field = (id: string) => `campaignInteraction(campaignId: "${CAMPAIGN_ID}", id: "${id}") { id }`;
    const { data } = await query(`{ a: ${field('last')} b: ${field('none')} }`);
    expect(data).toEqual({ a: { id: 'last' }, b: null });
  });

  test.each([
    ['cut off', (text: string) => text.slice(0, -1)],
    ['with more after it', (text: string) => `${text}{}`],
    ['with something else in it', (text: string) => text.replace('LIVE_VOICE",', 'LIVE_VOICE";')],
  ])('that is %s is no answer, and the next request is answered', async (_what, broken) => {
    const text = JSON.stringify({ interactingInteractions: manyRows() });
    const { query } = await gatewayForTest({
      faults: [
        { kind: 'status', resource: 'campaignInteractions', status: 200, body: broken(text), times: 1 },
      ],
    });
    const asked = `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}") { totalCount } }`;
    expect(onlyError(await query(asked)).extensions).toMatchObject({
      code: 'UPSTREAM_BAD_RESPONSE',
      upstreamStatus: 200,
    });
    expect(await query(asked)).toEqual({ data: { campaignInteractions: { totalCount: 100 } } });
  });
});

/** JSON of the hundred contacts, with something more in some of them, by their number. */
function contacts(more: (n: number) => string | null): string {
  const rows = Array.from({ length: 100 }, (_, n) => {
    const id = `contact-${n}`;
    const text = JSON.stringify({
      id,
      contactListId: CONTACT_LIST_ID,
      name: `Name of ${id}`,
      callable: true,
    });
    const extra = more(n);
    return extra === null ? text : `${text.slice(0, -1)},${extra}}`;
  });
  return `[${rows.join(',')}]`;
}

const nested = (open: string, close: string, depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;

describe.each([
  ['with caches', keepingGatewayForTest],
  ['without', forgetfulGatewayForTest],
])('contacts, %s, are answered as ever', (_caches, start) => {
  test.each<[what: string, more: (n: number) => string | null]>([
    ['each has much data', () => `"data":${JSON.stringify({ Note: 'n'.repeat(20_000) })}`],
    ['one is nested deeply in lists', (n) => (n === 5 ? `"data":{"a":${nested('[', ']', 100_000)}}` : null)],
    ['one is nested deeply in objects', (n) => (n === 5 ? `"data":${nested('{"1":', '}', 100_000)}` : null)],
    [
      'one is nested deeply, and large',
      (n) => (n === 5 ? `"data":${nested('{"1":', '}', 20_000)},"note":"${'n'.repeat(MEGABYTE)}"` : null),
    ],
    ['all are nested deeply in what nobody reads', () => `"extra":${nested('{"1":', '}', 2_000)}`],
    ['one has a text of megabytes', (n) => (n === 5 ? `"data":{"a":"${'\\u00e4'.repeat(500_000)}"}` : null)],
    [
      'one has many columns',
      (n) =>
        n === 5 ? `"data":{${Array.from({ length: 100_000 }, (_, k) => `"k${k}":0`).join(',')}}` : null,
    ],
  ])('when %s', async (_what, more) => {
    const body = contacts(more);
    const { query } = await start({ faults: [{ kind: 'status', resource: 'contacts', status: 200, body }] });
    for (let time = 0; time < 2; time += 1) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- the second is answered from what the first has read
      const answer = await query(screen('contact { id name callable }'));
      expect(answer.errors).toBeUndefined();
      expect(nodesIn(answer)).toHaveLength(100);
      for (const { contact } of nodesIn(answer)) {
        expect(contact).toEqual({ id: contact.id, name: `Name of ${contact.id}`, callable: true });
      }
    }
  });
});

test('a refusal whose body is nested deeply is the refusal that it is', async () => {
  const body = `{"code":"missing.any.permissions","messageParams":${nested('{"1":', '}', 100_000)}}`;
  const { query } = await gatewayForTest({
    faults: [{ kind: 'status', resource: 'contacts', status: 403, body }],
  });
  expect(onlyError(await query(screen('contact { callable }'))).extensions).toMatchObject({
    code: 'FORBIDDEN',
    upstreamStatus: 403,
  });
});
