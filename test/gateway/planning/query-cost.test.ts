import { describe, expect, test } from 'vitest';
import { exampleQueries } from '../../../src/http/graphiql.ts';
import { campaignCursor } from '../../../src/connections/cursor.ts';
import {
  forgetfulGatewayForTest,
  graphqlRequest,
  keepingGatewayForTest,
  TOKEN,
} from '../../support/gateway.ts';
import { CAMPAIGN_ID, CONTACT_LIST_ID } from '../../support/organisation.ts';
import { campaignFilterKey } from '../../../src/connections/campaign-page.ts';

const list = (selection: string, args = '') =>
  `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}"${args}) { ${selection} } }`;

/** Planned calls of a query by resource, from its refusal by a gateway that allows a single call. */
async function planOf(query: string, env: Readonly<Record<string, string>> = {}) {
  const { query: ask, calls } = await forgetfulGatewayForTest({ env: { MAX_UPSTREAM_CALLS: '1', ...env } });
  const { errors = [], ...answer } = await ask(query);
  const [{ extensions } = { extensions: null }] = errors;
  expect(errors, query).toHaveLength(1);
  expect(answer, query).toEqual({});
  expect(calls(), query).toEqual({});
  return Object.fromEntries(extensions?.plan?.map(({ resource, calls: count }) => [resource, count]) ?? []);
}

describe('the plan of a query', () => {
  test.each<[string, string, Record<string, number>]>([
    [
      'has a call for each type that a list refers to, one for each script and contact list, and one for a campaign that names the contact list',
      list(
        'nodes { campaign { campaignStatus } agent { email } contact { data } queue { memberCount } script { publishedDate } skills { state } }',
      ),
      { campaignInteractions: 1, campaigns: 2, users: 1, contacts: 3, queues: 1, scripts: 10, skills: 1 },
    ],
    [
      'has no more contact lists than contactListsPerList, however many contacts there are',
      list('nodes { contact { contactList { name } } }', ', first: 1000'),
      { campaignInteractions: 1, campaigns: 1, contactLists: 1 },
    ],
    [
      'has as many calls as the ids fill',
      list('nodes { agent { email } contact { data } }', ', first: 1000'),
      { campaignInteractions: 1, users: 5, campaigns: 1, contacts: 12 },
    ],
    [
      'counts fields in both nodes and edges, and under several aliases, once',
      list(
        'nodes { a: agent { email } } edges { node { b: agent { department presence { systemPresence } } } }',
      ),
      { campaignInteractions: 1, users: 1 },
    ],
    [
      'counts the lists of all campaigns of a page, and the references of each list',
      '{ campaigns(first: 4) { nodes { name interactions(first: 5) { nodes { agent { email } } } } } }',
      { campaigns: 1, campaignInteractions: 4, users: 4 },
    ],
    [
      'has no call for the campaign of interactions that were loaded through that campaign',
      '{ campaigns(first: 4) { nodes { interactions { nodes { campaign { campaignStatus } contact { contactListId } } } } } }',
      { campaigns: 1, campaignInteractions: 4 },
    ],
    [
      'counts the references of a campaign that its interactions refer back to, and those of all below it',
      '{ campaigns(first: 4) { nodes { interactions { nodes { campaign { queue { memberCount } stats { idleAgents } interactions { nodes { agent { email } } } } } } } } }',
      { campaigns: 1, campaignInteractions: 4, queues: 4, campaignStats: 4, users: 4 },
    ],
    [
      'has one call for the list of a campaign, however many fields select it',
      `{ a: campaign(id: "one") { x: interactions { totalCount } y: interactions(first: 1) { totalCount } } }`,
      { campaigns: 1, campaignInteractions: 1 },
    ],
    [
      'has one call for all ids of a type at the root, and one for each id of a type without bulk calls',
      '{ a: user(id: "a") { id } b: user(id: "b") { email } c: script(id: "c") { id } d: script(id: "d") { id } e: script(id: "c") { name } }',
      { users: 1, scripts: 2 },
    ],
    [
      'has one call for all contacts of a contact list',
      `{ a: contact(contactListId: "${CONTACT_LIST_ID}", id: "a") { data } b: contact(contactListId: "${CONTACT_LIST_ID}", id: "b") { data }
         c: contact(contactListId: "another", id: "a") { contactList { name } } }`,
      { contacts: 2, contactLists: 1 },
    ],
    [
      'has three calls for a page of campaigns after a cursor, whose place may have moved to another page of the upstream',
      `{ campaigns(first: 5, after: "${campaignCursor({ from: 7, anchor: null, total: null, filter: campaignFilterKey({}) })}") {
         nodes { name stats { idleAgents } progress { percentage } }
       } }`,
      { campaigns: 3, campaignStats: 1, campaignProgress: 1 },
    ],
    [
      'has a call for each type that the participants of a conversation refer to',
      '{ conversation(id: "one") { participants { user { name } queue { memberCount } } } }',
      { conversations: 1, users: 1, queues: 1 },
    ],
    [
      'follows fragments, and references from one entity to the next',
      `{ ...F } fragment F on Query { user(id: "one") { manager { manager { email } skills { skill { state } } } } }`,
      { users: 3, skills: 1 },
    ],
  ])('%s', async (_what, query, expected) => {
    expect(await planOf(query)).toEqual(expected);
  });

  test('depends on PLAN_CARDINALITIES and UPSTREAM_BATCH_SIZE', async () => {
    const query = list('nodes { script { publishedDate } skills { name } agent { email } }');
    expect(await planOf(query, { PLAN_CARDINALITIES: 'scriptsPerList=3' })).toEqual({
      campaignInteractions: 1,
      scripts: 3,
      users: 1,
    });
    expect(
      await planOf(query, {
        PLAN_CARDINALITIES: 'namelessPerList=7, scriptsPerList=1',
        UPSTREAM_BATCH_SIZE: '20',
      }),
    ).toEqual({ campaignInteractions: 1, scripts: 1, users: 5, skills: 1 });
  });

  test('has no more campaigns than campaignsPerPage in PLAN_CARDINALITIES', async () => {
    const query = '{ campaigns { nodes { interactions { nodes { agent { email } } } } } }';
    expect(await planOf(query)).toEqual({ campaigns: 1, campaignInteractions: 25, users: 25 });
    expect(await planOf(query, { PLAN_CARDINALITIES: 'campaignsPerPage=3' })).toEqual({
      campaigns: 1,
      campaignInteractions: 3,
      users: 3,
    });
  });

  test('has calls for the names of users’ divisions and managers, which the vendor leaves out', async () => {
    const ten = `campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 10)`;
    expect(await planOf(`{ ${ten} { nodes { agent { division { name } } } } }`)).toEqual({
      campaignInteractions: 1,
      users: 1,
      divisions: 1,
    });
    expect(await planOf(`{ ${ten} { nodes { agent { manager { name } } } } }`)).toEqual({
      campaignInteractions: 1,
      users: 2,
    });
    expect(await planOf(`{ ${ten} { nodes { agent { division { id } manager { id } } } } }`)).toEqual({
      campaignInteractions: 1,
      users: 1,
    });
  });

  test('has a call for the other campaign that a few interactions of a loaded campaign can refer to', async () => {
    const query =
      '{ campaigns(first: 4) { nodes { interactions(first: 1) { nodes { campaign { campaignStatus } } } } } }';
    expect(await planOf(query)).toEqual({ campaigns: 1, campaignInteractions: 4 });
    expect(await planOf(query, { PLAN_CARDINALITIES: 'campaignsPerList=2' })).toEqual({
      campaigns: 5,
      campaignInteractions: 4,
    });
  });
});

describe('a query that needs more calls than MAX_UPSTREAM_CALLS', () => {
  const everything = '{ campaigns(first: 50) { nodes { interactions { totalCount } } } }';

  test('is refused with its plan, without a call', async () => {
    const { query, calls } = await keepingGatewayForTest();
    const answer = await query(everything);
    expect(answer).toEqual({
      errors: [
        {
          message:
            'The query would need up to 51 upstream calls, and 40 are allowed (MAX_UPSTREAM_CALLS): 50 to campaignInteractions, 1 to campaigns. ' +
            'Ask for fewer rows, or leave out fields that cost one call for each row: Campaign.interactions (50 calls).',
          extensions: {
            code: 'QUERY_TOO_EXPENSIVE',
            limit: 'upstreamCalls',
            asked: 51,
            allowed: 40,
            plan: [
              { resource: 'campaignInteractions', calls: 50 },
              { resource: 'campaigns', calls: 1 },
            ],
          },
        },
      ],
    });
    expect(calls()).toEqual({});
  });

  test('gets status 400 as application/graphql-response+json, and 200 as application/json', async () => {
    const { gateway } = await keepingGatewayForTest();
    const statusFor = async (accept: string) => {
      const request = graphqlRequest(everything, {}, TOKEN);
      request.headers.set('accept', accept);
      return (await gateway.fetch(request)).status;
    };
    expect(await statusFor('application/json')).toBe(200);
    expect(await statusFor('application/graphql-response+json')).toBe(400);
  });

  test('is refused or not depending on its variables', async () => {
    const { query } = await keepingGatewayForTest();
    const text = `query ($first: Int, $ids: [ID!], $all: Boolean!) {
      campaigns(first: $first, filter: { ids: $ids }) { nodes { interactions @include(if: $all) { totalCount } } }
    }`;
    const isRefused = async (variables: Readonly<Record<string, unknown>>) =>
      (await query(text, variables)).errors?.[0]?.extensions.code === 'QUERY_TOO_EXPENSIVE';
    const ids = Array.from({ length: 50 }, (_, n) => `campaign-${n}`);
    expect(await isRefused({ first: 50, all: true })).toBe(true);
    expect(await isRefused({ first: 5, all: true })).toBe(false);
    expect(await isRefused({ first: 50, all: false })).toBe(false);
    expect(await isRefused({ first: 50, all: true, ids: ids.slice(0, 5) })).toBe(false);
    expect(await isRefused({ first: 50, all: true, ids })).toBe(true);
    expect(await isRefused({ first: null, all: true })).toBe(false);
  });
});

test('the supervisor’s screen and all other examples are planned with 20 calls at most', async () => {
  const examples = exampleQueries(CAMPAIGN_ID);
  expect(examples.length).toBeGreaterThan(2);
  for (const example of examples) {
    const { calls, query } = await keepingGatewayForTest({ env: { MAX_UPSTREAM_CALLS: '20' } });
    expect((await query(example)).errors).toBeUndefined();
    expect(Object.values(calls()).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  }
});
