import * as fc from 'fast-check';
import { campaignCursor, interactionCursor } from '../../../src/connections/cursor.ts';
import { CONTACT_OF_CAMPAIGN, contactNodeId, nodeIdOf } from '../../../src/datasources/wire/node-id.ts';
import { generateOrganisation, EXAMPLE_CAMPAIGN_ID } from '../../../src/sandbox/generate-organisation.ts';
import { schema } from '../../../src/schema.ts';
import { generateOperation } from '../../../test/property/generated-operation.ts';
import { anyText, editedText, manyUpTo } from './text.ts';

/** A query with its variables. */
export interface Operation {
  readonly query: string;
  readonly variables: unknown;
}

const { users, queues, skills, scripts, contactLists, contacts, campaigns } = generateOrganisation(1);

/** Ids by kind: two that the sandbox knows, and one that it does not. */
const known = new Map<string, readonly string[]>(
  Object.entries({
    campaign: [EXAMPLE_CAMPAIGN_ID, ...idsOfFirst(campaigns)],
    contact: [...(contacts.get(contactLists[0]?.id ?? '')?.keys() ?? [])].slice(0, 2),
    contactList: idsOfFirst(contactLists),
    queue: idsOfFirst(queues),
    script: idsOfFirst(scripts),
    skill: idsOfFirst(skills),
    user: idsOfFirst(users),
  }).map(([kind, ids]) => [kind, [...ids, 'nobody-has-this-id']]),
);

function idsOfFirst(rows: readonly { readonly id?: string }[]): string[] {
  return rows.slice(0, 2).flatMap(({ id }) => id ?? []);
}

function idsOf(kind: string): readonly string[] {
  return known.get(kind) ?? ['nobody-has-this-id'];
}

known.set('node', [
  ...['Campaign', 'User', 'Queue'].flatMap((type) =>
    idsOf(type.toLowerCase()).map((id) => nodeIdOf(type, id)),
  ),
  ...idsOf('contact').map((id) => contactNodeId('Contact', idsOf('contactList')[0] ?? '', id)),
  ...idsOf('contact').map((id) => contactNodeId(CONTACT_OF_CAMPAIGN, EXAMPLE_CAMPAIGN_ID, id)),
]);

/** Ids of every shape, most of them invalid. */
const anyId: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...[...known.values()].flat()),
  fc.constantFrom(
    '',
    '.',
    '..',
    '../users',
    'a/b',
    'a%2Fb',
    'a?b',
    'a#b',
    'a,b',
    'a b',
    ':',
    'me',
    'x'.repeat(129),
    'é',
  ),
  manyUpTo(20_000).map((count) => 'x'.repeat(count)),
  anyText,
  fc.jsonValue(),
);

/** Damaged cursors of both kinds, other base64, and other texts. */
const anyCursor: fc.Arbitrary<unknown> = fc.oneof(
  editedText(
    fc.constantFrom(
      campaignCursor({ from: 5, anchor: { id: 'campaign', name: 'Name' }, total: 7, filter: '' }),
      campaignCursor({ from: Number.MAX_SAFE_INTEGER, anchor: null, total: null, filter: '' }),
      interactionCursor({ order: 'CREATION_TIME_ASC', creationTimeMs: 1_700_000_000_000, id: 'x' }),
      interactionCursor({ order: 'CREATION_TIME_DESC', creationTimeMs: null, id: 'x' }),
    ),
  ),
  fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
  fc
    .tuple(fc.constantFrom('interaction', 'campaign'), fc.array(fc.jsonValue(), { maxLength: 4 }))
    .map(([kind, rest]) => Buffer.from(JSON.stringify([kind, ...rest])).toString('base64url')),
  anyText,
  manyUpTo(5000).map((count) => 'W'.repeat(count)),
);

const anyNumber: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    0,
    1,
    -1,
    -0,
    100,
    101,
    1000,
    1001,
    2 ** 31,
    -(2 ** 31) - 1,
    1e21,
    1e308,
    0.5,
    '1',
    true,
    null,
    [1],
  ),
  fc.integer(),
);

const byId = fc
  .constantFrom('campaign', 'contactList', 'queue', 'script', 'skill', 'user', 'conversation')
  .map((field) => `query ($id: ID!) { ${field}(id: $id) { id } }`);

/** One field with odd or invalid values. */
const oddlyValued: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ query: byId, variables: fc.record({ id: anyId }) }),
  fc.record({
    query: fc.constant('query ($list: ID!, $id: ID!) { contact(contactListId: $list, id: $id) { id name } }'),
    variables: fc.record({ list: anyId, id: anyId }),
  }),
  fc.record({
    query: fc.constant(
      'query ($n: Int, $after: String, $filter: CampaignFilter) { campaigns(first: $n, after: $after, filter: $filter) { totalCount } }',
    ),
    variables: fc.record({ n: anyNumber, after: anyCursor, filter: fc.jsonValue() }, { requiredKeys: [] }),
  }),
  fc.record({
    query:
      fc.constant(`query ($id: ID!, $n: Int, $after: String, $age: Int, $order: CampaignInteractionOrder, $filter: CampaignInteractionFilter) {
      campaignInteractions(campaignId: $id, first: $n, after: $after, maxAgeMs: $age, orderBy: $order, filter: $filter) { totalCount nodes { id } }
    }`),
    variables: fc.record(
      {
        id: fc.oneof(fc.constant(EXAMPLE_CAMPAIGN_ID), anyId),
        n: anyNumber,
        after: anyCursor,
        age: anyNumber,
        order: fc.oneof(fc.constantFrom('CREATION_TIME_ASC', 'CREATION_TIME_DESC'), fc.jsonValue()),
        filter: fc.oneof(filter(), fc.jsonValue()),
      },
      { requiredKeys: ['id'] },
    ),
  }),
  // Ids as literals, which are read by other code than variables.
  fc.record({
    query: anyId.map((id) => `{ user(id: ${JSON.stringify(id)}) { name } }`),
    variables: fc.constant({}),
  }),
);

function filter(): fc.Arbitrary<unknown> {
  const date = fc.oneof(
    fc.constantFrom(
      '2026-01-01T00:00:00Z',
      '2026-02-30T00:00:00Z',
      '0000-01-01T00:00:00Z',
      '+275760-09-13T00:00:00.001Z',
    ),
    anyText,
    fc.jsonValue(),
  );
  const ids = fc.array(anyId, { maxLength: 3 });
  return fc.record(
    {
      states: fc.jsonValue(),
      agentIds: ids,
      queueIds: ids,
      skillIds: ids,
      createdAfter: date,
      createdBefore: date,
      __proto__x: ids,
    },
    { requiredKeys: [] },
  );
}

/** Operation from a seed: shrinking copies values, and values drawn step by step from `fc.gen` cannot be copied. */
function operationOf(seed: number): Operation {
  const [draw] = fc.sample(fc.gen(), { seed, numRuns: 1 });
  if (draw === undefined) throw new TypeError('fc.sample gave no element.');
  return generateOperation(draw, schema, idsOf);
}

/** Queries as clients write them, with their own variables or others. */
const generated: fc.Arbitrary<Operation> = fc
  .tuple(
    fc.nat().map(operationOf),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('v0', 'v1', 'v2', '__proto__'), fc.jsonValue()) },
      { weight: 1, arbitrary: fc.jsonValue().map((value) => ({ value })) },
    ),
  )
  .map(([{ query, variables }, others]) => ({ query, variables: others ?? variables }));

/** Well-formed queries with right and wrong values. */
export const operations: fc.Arbitrary<Operation> = fc.oneof(generated, oddlyValued);
