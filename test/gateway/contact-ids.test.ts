import { expect, test } from 'vitest';
import { gatewayWithRows, nodesIn, onlyError } from '../support/answers.ts';
import { capturedLog } from '../support/captured-log.ts';
import { gatewayForTest, keepingGatewayForTest } from '../support/gateway.ts';
import { CONTACT_LIST_ID, contact, interaction, supervisorsOrganisation } from '../support/organisation.ts';
import { subgraphForTest } from './federation/support.ts';

/** Ids that customers give their contacts. */
const customersIds = [
  '100',
  '+13175550101',
  'someone@example.test',
  'Ann Specimen, 2nd floor',
  ' leading and trailing ',
  'a/contacts/b',
  'sub/../list',
  '..',
  '.',
  'Zoë Ørsted',
  'a%2Fb',
  'a+b&c=d?e#f',
  '"quoted" \\ back',
  '__proto__',
  'constructor',
  '32hexdigits00000000000000000000A',
  '😀'.repeat(512),
  'x'.repeat(512),
];

function organisation() {
  const rows = customersIds.map((id) => ({ ...contact(1), id, data: { Id: id } }));
  return {
    ...supervisorsOrganisation(),
    contacts: new Map([[CONTACT_LIST_ID, new Map(rows.map((row) => [row.id, row]))]]),
  };
}

const rows = customersIds.map((id, n) => ({
  ...interaction(n),
  contact: { id },
  conversation: {
    participants: [{ attributes: { dialerContactListId: CONTACT_LIST_ID, dialerContactId: id } }],
  },
}));

test('contacts of an interaction are read by any text that a customer has as an id, in one call', async () => {
  const { ask, calls, sandbox } = await gatewayWithRows(rows, { organisation: organisation() });
  const answer = await ask('contact { id data callable }');
  expect(answer.errors).toBeUndefined();
  expect(nodesIn(answer).map(({ contact: { id, data } }) => [id, data.Id])).toEqual(
    customersIds.map((id) => [id, id]),
  );
  const { body } = sandbox.requests.find(({ resource }) => resource === 'contacts') ?? {};
  expect(body).toEqual(customersIds);
  expect(calls()).toEqual({ campaignInteractions: 1, contacts: 1 });
});

test.each(customersIds)('a contact is asked for by %j, as a root and as a variable', async (id) => {
  const { query, calls } = await gatewayForTest({ organisation: organisation() });
  const answer = await query(
    `query ($id: ID!) { contact(contactListId: "${CONTACT_LIST_ID}", id: $id) { id contactListId data } }`,
    { id },
  );
  expect(answer).toEqual({ data: { contact: { id, contactListId: CONTACT_LIST_ID, data: { Id: id } } } });
  expect(calls()).toEqual({ contacts: 1 });
});

test('entities of a federated graph are contacts with such ids', async () => {
  const { entities, calls } = await subgraphForTest({ organisation: organisation() });
  const { data, errors } = await entities(
    customersIds.map((id) => ({ __typename: 'Contact', contactListId: CONTACT_LIST_ID, id })),
    '... on Contact { id data }',
  );
  expect(errors).toBeUndefined();
  expect(data._entities).toEqual(customersIds.map((id) => ({ id, data: { Id: id } })));
  expect(calls()).toEqual({ contacts: 1 });
});

test('contacts with such ids are cached, each under its own', async () => {
  const { query, calls } = await keepingGatewayForTest({ organisation: organisation() });
  const each = (id: string) =>
    query(`query ($id: ID!) { contact(contactListId: "${CONTACT_LIST_ID}", id: $id) { data } }`, { id });
  for (const id of customersIds) expect((await each(id)).data.contact.data.Id).toBe(id);
  calls();
  for (const id of customersIds) expect((await each(id)).data.contact.data.Id).toBe(id);
  expect(calls()).toEqual({});
});

test('such ids are named to the client whose contacts could not be known, and never logged', async () => {
  const log = capturedLog();
  const { ask } = await gatewayWithRows(rows, {
    organisation: organisation(),
    faults: [{ kind: 'status', resource: 'contacts', status: 503 }],
    log: log.log,
  });
  const { extensions } = onlyError(await ask('contact { data }'));
  expect(extensions.affected).toMatchObject({ type: 'Contact', ids: customersIds });
  expect(log.text()).toContain('contacts');
  for (const id of customersIds.filter(({ length }) => length > 3)) {
    expect(log.text()).not.toContain(JSON.stringify(id).slice(1, -1));
  }
});

test.each([
  ['a/contacts/b', 'a/contacts/b'],
  ['a/contacts/b', 'a%2Fcontacts%2fb'],
  ['a b', 'a+b'],
  ['a b', 'a%20b'],
  ['+1317', '%2B1317'],
  ['+1317', '+1317'],
  ['Zoë', 'Zo%C3%AB'],
  ['a/', 'a/'],
  ['100%', '100%'],
  ['*', '*'],
])('the list of a contact with the id %j is found in a URI that writes it as %s', async (id, written) => {
  const selfUri = `/api/v2/outbound/contactlists/list-of-uri/contacts/${written}`;
  const { ask, calls } = await gatewayWithRows([{ id: 'interaction-1', contact: { id, selfUri } }]);
  expect(nodesIn(await ask('contact { contactListId }'))).toEqual([
    { contact: { contactListId: 'list-of-uri' } },
  ]);
  expect(calls()).toEqual({ campaignInteractions: 1 });
});

test.each(['control\u0007character', 'line\nbreak', 'half \ud83d', 'x'.repeat(513)])(
  'a contact with the id %j is shown as it came, and not asked for',
  async (id) => {
    const { ask, calls } = await gatewayWithRows([
      { id: 'interaction-1', contact: { id, name: 'Own name' } },
    ]);
    expect(nodesIn(await ask('contact { id name }'))).toEqual([{ contact: { id, name: 'Own name' } }]);
    const answer = await ask('contact { id data }');
    expect(nodesIn(answer)).toEqual([{ contact: { id, data: null } }]);
    expect(onlyError(answer).extensions.code).toBe('UPSTREAM_BAD_RESPONSE');
    expect(calls()).not.toHaveProperty('contacts');
  },
);
