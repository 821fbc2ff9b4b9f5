import { describe, expect, test } from 'vitest';
import { altered, gatewayWithRows, nodesIn } from '../support/answers.ts';
import { gatewayForTest } from '../support/gateway.ts';
import { CAMPAIGN_ID, interaction, supervisorsOrganisation } from '../support/organisation.ts';
import { named, subgraphForTest } from './federation/support.ts';

/** Interaction in whose conversation an agent gave this wrap-up code. */
function wrappedUp(n: number, wrapup: object) {
  const conversation = { id: `conversation-${n}`, participants: [{ id: 'agent', wrapup }] };
  return { ...interaction(n), conversation };
}

describe('a wrap-up code of the system', () => {
  const code = 'ININ-WRAP-UP-TIMEOUT';

  test('is its own name and never asked for, beside others that are', async () => {
    const rows = [
      wrappedUp(0, { code }),
      wrappedUp(1, { code: 'ININ-OUTBOUND-BUSY', name: '' }),
      wrappedUp(2, { code, name: 'Own name' }),
      wrappedUp(3, { code: 'wrap-up-1' }),
    ];
    const { ask, sandbox } = await gatewayWithRows(rows);
    const answer = await ask('conversation { participants { wrapup { code { id name selfUri } } } }');
    expect(answer.errors).toBeUndefined();
    expect(nodesIn(answer).map(({ conversation }) => conversation.participants[0].wrapup.code.name)).toEqual([
      code,
      'ININ-OUTBOUND-BUSY',
      'Own name',
      'Name of wrap-up-1',
    ]);
    expect(
      sandbox.requests.filter(({ resource }) => resource === 'wrapUpCodes').map(({ ids }) => ids),
    ).toEqual([['wrap-up-1']]);
  });

  test('is an entity of a federated graph without a call', async () => {
    const { entities, calls } = await subgraphForTest();
    expect(await entities(named('WrapUpCode', code), '... on WrapUpCode { id name }')).toEqual({
      data: { _entities: [{ id: code, name: code }] },
    });
    expect(calls()).toEqual({});
  });
});

describe('the division *', () => {
  test('has a name without a call, beside others that are asked for', async () => {
    const divisions = [
      { id: '*', name: '' },
      { id: '*', name: 'Own name' },
      { id: '*' },
      { id: 'division-1', name: '' },
    ];
    const { ask, sandbox } = await gatewayWithRows([0, 1, 2, 3].map(interaction), {
      faults: [
        altered('users', (user) => ({ ...user, division: divisions[Number(String(user['id']).slice(5))] })),
      ],
    });
    const answer = await ask('agent { division { id name selfUri } }');
    expect(answer.errors).toBeUndefined();
    expect(nodesIn(answer).map(({ agent }) => agent.division)).toEqual([
      { id: '*', name: 'All divisions', selfUri: null },
      { id: '*', name: 'Own name', selfUri: null },
      { id: '*', name: 'All divisions', selfUri: null },
      { id: 'division-1', name: 'Name of division-1', selfUri: null },
    ]);
    expect(sandbox.requests.filter(({ resource }) => resource === 'divisions').map(({ ids }) => ids)).toEqual(
      [['division-1']],
    );
  });

  test('is an entity of a federated graph without a call', async () => {
    const { entities, calls } = await subgraphForTest();
    expect(await entities(named('Division', '*'), '... on Division { id name }')).toEqual({
      data: { _entities: [{ id: '*', name: 'All divisions' }] },
    });
    expect(calls()).toEqual({});
  });
});

describe('a UUID', () => {
  const lower = '0b1e5c2a-5d7e-4f7b-9d2f-0c2b8a6f3e1a';
  const upper = lower.toUpperCase();

  function organisation(id: string) {
    const usual = supervisorsOrganisation();
    return {
      ...usual,
      users: usual.users.slice(0, 1).map((user) => ({ ...user, id, email: 'found@example.com' })),
      queues: usual.queues.slice(0, 1).map((queue) => ({ ...queue, id, memberCount: 7 })),
    };
  }

  test.each([
    [upper, lower],
    [lower, upper],
    ['0B1e5c2a-5d7e-4f7b-9d2f-0c2b8a6f3E1A', lower],
  ])('is matched in any case: %s is asked for, %s is answered', async (asked, answered) => {
    const { ask, query, calls } = await gatewayWithRows(
      [{ ...interaction(0), agent: { id: asked }, queue: { id: answered } }],
      {
        organisation: organisation(asked),
        faults: [
          altered('users', (user) => (user['id'] === asked ? { ...user, id: answered } : user)),
          altered('queues', (queue) => ({ ...queue, id: answered })),
        ],
      },
    );
    expect(nodesIn(await ask('agent { id email }'))).toEqual([
      { agent: { id: asked, email: 'found@example.com' } },
    ]);
    expect(
      await query(`{ user(id: "${asked}") { id email } queue(id: "${asked}") { memberCount } }`),
    ).toEqual({
      data: { user: { id: asked, email: 'found@example.com' }, queue: { memberCount: 7 } },
    });
    expect(calls()).toMatchObject({ queues: 1 });
  });

  test('that is asked for in both cases at once is one call, and both are answered', async () => {
    const { ask, calls } = await gatewayWithRows(
      [
        { ...interaction(0), agent: { id: upper } },
        { ...interaction(1), agent: { id: lower } },
      ],
      { organisation: organisation(lower) },
    );
    expect(nodesIn(await ask('agent { id email }'))).toEqual([
      { agent: { id: upper, email: 'found@example.com' } },
      { agent: { id: lower, email: 'found@example.com' } },
    ]);
    expect(calls()).toEqual({ campaignInteractions: 1, users: 1 });
  });

  test('selects interactions in any case, as a filter and as an id', async () => {
    const rows = [
      { ...interaction(0), id: upper, agent: { id: upper }, skills: [{ id: lower }] },
      interaction(1),
    ];
    const { query } = await gatewayWithRows(rows);
    expect(
      await query(
        `query ($ids: [ID!]) {
          byAgent: campaignInteractions(campaignId: "${CAMPAIGN_ID}", filter: { agentIds: $ids }) { totalCount }
          bySkill: campaignInteractions(campaignId: "${CAMPAIGN_ID}", filter: { skillIds: $ids }) { totalCount }
          campaignInteraction(campaignId: "${CAMPAIGN_ID}", id: "${lower}") { id }
        }`,
        { ids: [lower] },
      ),
    ).toEqual({
      data: { byAgent: { totalCount: 1 }, bySkill: { totalCount: 1 }, campaignInteraction: { id: upper } },
    });
  });

  test('of a contact is the customer’s text, whose case counts', async () => {
    const { query } = await gatewayForTest({
      faults: [altered('contacts', (contact) => ({ ...contact, id: upper }))],
    });
    expect(await query(`{ contact(contactListId: "list-1", id: "${lower}") { id } }`)).toEqual({
      data: { contact: null },
    });
  });
});

describe('an interaction with an id that is no id', () => {
  test('stays in its list and is paged like any other', async () => {
    const long = 'x'.repeat(2000);
    const ids = ['a b', '../users', long, '\u0000'.repeat(480), 'plain', `${long}1`, `${long}2`];
    const { query } = await gatewayWithRows(
      // The last ones have one creation time, so that their ids decide.
      ids.map((id, n) => ({ ...interaction(Math.min(n, 5)), id })),
    );
    const seen: string[] = [];
    let after: string | null = null;
    for (let page = 0; page <= ids.length; page += 1) {
      const { data, errors } = await query(
        `query ($after: String) {
          campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 1, after: $after) {
            nodes { id agent { email } } pageInfo { endCursor hasNextPage }
          }
        }`,
        { after },
      );
      expect(errors).toBeUndefined();
      const { nodes, pageInfo } = data.campaignInteractions;
      seen.push(...nodes.map(({ id }: { id: string }) => id));
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
    expect(seen.slice(0, 5)).toEqual(ids.slice(0, 5));
    expect(seen.toSorted()).toEqual(ids.toSorted());
  });
});

test('a campaign with an id that is no id stays in its page, and only what is loaded by it is null', async () => {
  const { query, calls } = await gatewayForTest({
    faults: [altered('campaigns', (campaign) => ({ ...campaign, id: 'no id' }))],
  });
  const answer = await query(
    '{ campaigns { nodes { id name campaignStatus progress { percentage } interactions { totalCount } } } }',
  );
  expect(answer.data.campaigns.nodes).toEqual([
    { id: 'no id', name: `Name of ${CAMPAIGN_ID}`, campaignStatus: 'ON', progress: null, interactions: null },
  ]);
  expect(answer.errors).toMatchObject([{ extensions: { code: 'UPSTREAM_BAD_RESPONSE' } }]);
  expect(calls()).toEqual({ campaigns: 1 });
});
