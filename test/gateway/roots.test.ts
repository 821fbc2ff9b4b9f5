import { describe, expect, test } from 'vitest';
import { type AnyResource, resources, resourcesOf, type RootOf } from '../../src/datasources/index.ts';
import { gatewayForTest } from '../support/gateway.ts';
import { CAMPAIGN_ID, CONTACT_LIST_ID } from '../support/organisation.ts';

/** Id of an entity for each root field that gives one by its id. */
const examples: Readonly<Record<RootOf<AnyResource>, string>> = {
  campaign: CAMPAIGN_ID,
  contactList: CONTACT_LIST_ID,
  conversation: 'conversation-0',
  queue: 'queue-2',
  script: 'script-1',
  skill: 'skill-5',
  user: 'user-7',
};

function hasExample(root: string): root is keyof typeof examples {
  return Object.hasOwn(examples, root);
}

test('each root field that gives an entity by its id has an example', () => {
  const roots = resourcesOf(resources).flatMap(({ root = [] }) => root);
  expect(roots.toSorted()).toEqual(Object.keys(examples));
});

describe('the root field', () => {
  const roots = resourcesOf(resources).flatMap(({ name, root }) =>
    root === undefined || !hasExample(root) ? [] : [[root, examples[root], name] as const],
  );

  test.each(roots)(
    '%s asks the upstream even for an id alone, and is null for an id that the upstream does not know',
    async (root, id, resource) => {
      const { query, calls } = await gatewayForTest();
      const byId = `query ($id: ID!) { ${root}(id: $id) { id } }`;
      expect(await query(byId, { id })).toEqual({ data: { [root]: { id } } });
      expect(calls()).toEqual({ [resource]: 1 });
      expect(await query(byId, { id: 'unknown' })).toEqual({ data: { [root]: null } });
      expect(calls()).toEqual({ [resource]: 1 });
    },
  );

  test('contact finds a contact only in its contact list', async () => {
    const { query, calls } = await gatewayForTest();
    const contact = `query ($list: ID!, $id: ID!) {
      contact(contactListId: $list, id: $id) { id name contactListId contactList { name } data callRecords { column lastResult } }
    }`;
    expect(await query(contact, { list: CONTACT_LIST_ID, id: 'contact-4' })).toEqual({
      data: {
        contact: {
          id: 'contact-4',
          name: 'Name of contact-4',
          contactListId: CONTACT_LIST_ID,
          contactList: { name: `Name of ${CONTACT_LIST_ID}` },
          data: { Phone: '+15554' },
          callRecords: [{ column: 'Phone', lastResult: 'Result of contact-4' }],
        },
      },
    });
    expect(calls()).toEqual({ contacts: 1, contactLists: 1 });
    expect(await query(contact, { list: CONTACT_LIST_ID, id: 'unknown' })).toEqual({
      data: { contact: null },
    });
    expect(await query(contact, { list: 'unknown', id: 'contact-4' })).toEqual({ data: { contact: null } });
  });

  test('campaignInteractions is null for a campaign that the upstream does not know', async () => {
    const { query, calls } = await gatewayForTest();
    expect(await query('{ campaignInteractions(campaignId: "unknown") { totalCount } }')).toEqual({
      data: { campaignInteractions: null },
    });
    expect(calls()).toEqual({ campaignInteractions: 1 });
  });

  test('user requests the selected expanded parts in its first call', async () => {
    const { query, calls, sandbox } = await gatewayForTest();
    const { data } = await query(`
      query ($no: Boolean = false) {
        user(id: "user-1") { ...Parts routingStatus @include(if: $no) { status } }
      }
      fragment Parts on User { presence { systemPresenceCode } ... on User { skills { proficiency } } email }
    `);
    expect(data.user).toEqual({
      presence: { systemPresenceCode: 'Presence of user-1' },
      skills: [{ proficiency: 2.5 }],
      email: 'user-1@example.com',
    });
    expect(sandbox.requests[0]?.query.getAll('expand')).toEqual(['presence', 'skills']);
    expect(calls()).toEqual({ users: 1 });
  });

  test('user shares one call with the other user fields at the root', async () => {
    const { query, calls } = await gatewayForTest();
    const { data } = await query(
      '{ a: user(id: "user-1") { name } b: user(id: "user-2") { presence { systemPresenceCode } } c: user(id: "user-1") { email } }',
    );
    expect(data).toEqual({
      a: { name: 'Name of user-1' },
      b: { presence: { systemPresenceCode: 'Presence of user-2' } },
      c: { email: 'user-1@example.com' },
    });
    expect(calls()).toEqual({ users: 1 });
  });
});
