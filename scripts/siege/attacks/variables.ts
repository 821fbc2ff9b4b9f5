import { pick, type Random } from '../../../src/sandbox/random.ts';
import { type Attack, post, postBody } from '../attack.ts';
import { CAMPAIGN_ID } from '../organisation.ts';

const INPUT = 'BAD_USER_INPUT';
const QUERY = `query ($filter: CampaignInteractionFilter, $first: Int, $age: Int, $order: CampaignInteractionOrder, $after: String) {
  campaignInteractions(campaignId: "${CAMPAIGN_ID}", filter: $filter, first: $first, maxAgeMs: $age, orderBy: $order, after: $after) { totalCount }
}`;
const NAMES = ['filter', 'first', 'age', 'order', 'after'] as const;

function nestedArrays(depth: number): string {
  return `${'['.repeat(depth)}1${']'.repeat(depth)}`;
}

function nestedObjects(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
}

/** Body with a variable that is given as JSON text. */
function given(name: string, json: string, query = QUERY): string {
  return `{"query":${JSON.stringify(query)},"variables":{"${name}":${json}}}`;
}

const ENTITIES = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Campaign { id name } } }';

/** Body with a representation, which may be any object; but for its depth, it is a right one. */
function represented(deep: string): string {
  return given('r', `[{"__typename":"Campaign","id":"${CAMPAIGN_ID}","deep":${deep}}]`, ENTITIES);
}

function unknownFields(count: number): Readonly<Record<string, number>> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`u${n}`, n]));
}

const wrong: readonly ((random: Random) => unknown)[] = [
  () => 1e300,
  () => -1,
  () => 0.5,
  () => true,
  () => 'x'.repeat(80_000),
  (random) => Array.from({ length: 1 + Math.floor(random() * 15_000) }, () => 'no'),
  () => unknownFields(2000),
  (random) => ({ states: Array.from({ length: 1 + Math.floor(random() * 10_000) }, () => 'NO') }),
  () => ({ agentIds: Array.from({ length: 10_000 }, () => ({})) }),
  () => ({ createdAfter: 'x'.repeat(80_000) }),
  () => ({ createdAfter: [[['2026']]] }),
  () => ({ activePreviewCall: 'x'.repeat(50_000) }),
  () => ({ ['k'.repeat(80_000)]: 1 }),
  () => ({ states: [{ ['k'.repeat(40_000)]: 'v'.repeat(40_000) }] }),
];

/** Variables of every wrong shape. None of them may cost much, or an upstream call. */
export const variables: readonly Attack[] = [
  {
    name: 'variables-unknown-fields',
    clients: 2,
    request: () => post(QUERY, { filter: unknownFields(3000) }, { isAnonymous: true }),
    outcomes: [INPUT],
    isFree: true,
  },
  {
    name: 'variables-many-unknown-fields',
    clients: 1,
    request: () => post(QUERY, { filter: unknownFields(7500) }, { isAnonymous: true }),
    outcomes: [INPUT],
    isFree: true,
  },
  {
    name: 'variables-deep',
    clients: 4,
    request: (random) => {
      const [most, few] = pick(random, [
        [nestedArrays(48_000), nestedArrays(63)],
        [nestedObjects(16_000), nestedObjects(63)],
      ] as const);
      return postBody(pick(random, [given(pick(random, NAMES), most), represented(most), represented(few)]));
    },
    outcomes: [INPUT],
    isFree: true,
  },
  {
    name: 'variables-wrong',
    clients: 4,
    request: (random) => {
      const name = pick(random, ['filter', 'first', 'order']);
      const value = pick(random, wrong)(random);
      return post(QUERY, { [name]: value });
    },
    outcomes: [INPUT],
    isFree: true,
  },
  {
    name: 'variables-all-wrong',
    clients: 2,
    request: (random) =>
      post(
        `query (${Array.from({ length: 30 }, (_, n) => `$v${n}: Int`).join(' ')}) { campaigns { nodes { ${Array.from({ length: 30 }, (_, n) => `a${n}: interactions(first: $v${n}) { totalCount }`).join(' ')} } } }`,
        Object.fromEntries(
          Array.from({ length: 30 }, (_, n) => [`v${n}`, pick(random, ['x'.repeat(2000), [], {}, 1e30])]),
        ),
      ),
    outcomes: [INPUT],
    isFree: true,
  },
  {
    name: 'variables-duplicate-keys',
    clients: 4,
    request: () => postBody(given('filter', `{${'"states":["NO"],'.repeat(5000)}"states":1}`)),
    outcomes: [INPUT],
    isFree: true,
  },
  {
    name: 'variables-representations',
    clients: 2,
    request: (random) =>
      post('query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }', {
        r: pick(random, [
          Array.from({ length: 3000 }, () => ({ __typename: 'Nothing' })),
          Array.from({ length: 1500 }, (_, n) => ({ __typename: 'User', id: '/'.repeat(n % 40) })),
          Array.from({ length: 8000 }, () => 1),
          [{ __typename: 'User', ...unknownFields(3000) }],
          [{ __typename: 'x'.repeat(80_000) }],
        ]),
      }),
    outcomes: [INPUT],
    isFree: true,
  },
];
