import { describe, expect, test } from 'vitest';
import { gatewayForTest } from '../support/gateway.ts';
import { CAMPAIGN_ID, interaction, supervisorsOrganisation } from '../support/organisation.ts';

/** Nodes of a campaign with one interaction per row, from a gateway that compiles every operation. */
async function nodesOf(rows: readonly object[], selection: string): Promise<unknown> {
  const interactingInteractions = rows.map((row, n) => ({ ...interaction(n), ...row }));
  const organisation = { ...supervisorsOrganisation(), interactions: () => ({ interactingInteractions }) };
  const { query } = await gatewayForTest({ organisation, compileAtHit: 1 });
  const { data } = await query(
    `query ($id: ID!) { campaignInteractions(campaignId: $id) { nodes { ${selection} } } }`,
    { id: CAMPAIGN_ID },
  );
  return data.campaignInteractions.nodes;
}

describe('rows that refer to the same id', () => {
  test('keep the name and URI of each single reference', async () => {
    const agents = [
      { id: 'user-1', name: 'One', selfUri: '/one' },
      { id: 'user-1', name: 'Two', selfUri: '/one' },
      { id: 'user-1', name: 'One', selfUri: '/two' },
      { id: 'user-1' },
      { id: 'user-1', name: 'One', selfUri: '/one' },
    ];
    const nodes = await nodesOf(
      agents.map((agent) => ({ agent })),
      'agent { id name selfUri email }',
    );
    expect(nodes).toEqual(
      agents.map(({ id, name = 'Name of user-1', selfUri = null }) => ({
        agent: { id, name, selfUri, email: 'user-1@example.com' },
      })),
    );
  });

  test('keep for each contact the contact list of its own row', async () => {
    const lists = ['list-a', 'list-b', 'list-a'];
    const rows = lists.map((dialerContactListId) => ({
      contact: { id: 'contact-1', name: 'Same' },
      conversation: { id: 'c', participants: [{ attributes: { dialerContactListId } }] },
    }));
    const nodes = await nodesOf(rows, 'contact { id name contactListId contactList { id } }');
    expect(nodes).toEqual(
      lists.map((id) => ({
        contact: { id: 'contact-1', name: 'Same', contactListId: id, contactList: { id } },
      })),
    );
  });
});
