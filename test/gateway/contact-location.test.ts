import { describe, expect, test } from 'vitest';
import { gatewayWithRows, nodesIn, onlyError } from '../support/answers.ts';
import { CAMPAIGN_ID, campaign, CONTACT_LIST_ID, supervisorsOrganisation } from '../support/organisation.ts';

/** Places where an interaction can name its contact's list; its campaign names `list-of-campaign`. */
interface Traces {
  readonly contactId?: string;
  readonly selfUri?: unknown;
  readonly attributes?: unknown;
  readonly previews?: readonly unknown[];
}

describe('the contact list of a contact is found', () => {
  const uri = '/api/v2/outbound/contactlists/list-of-uri/contacts/contact-1';
  const attributes = { dialerContactListId: 'list-of-attribute', dialerContactId: 'contact-1' };
  const previews = [{ contactListId: 'list-of-preview', contactId: 'contact-1' }];

  test.each<[string, Traces, string]>([
    [
      'by the selfUri of the contact rather than by any other source',
      { selfUri: uri, attributes, previews },
      'list-of-uri',
    ],
    ['by a participant’s attribute rather than by a callback', { attributes, previews }, 'list-of-attribute'],
    ['by the preview of a callback', { previews }, 'list-of-preview'],
    [
      'by a selfUri that is a whole URL',
      { selfUri: `https://api.example.com${uri}`, attributes },
      'list-of-uri',
    ],
    [
      'by an attribute without the contact’s id',
      { attributes: { dialerContactListId: 'list-of-attribute' } },
      'list-of-attribute',
    ],
    [
      'by a preview without the contact’s id',
      { previews: [{ contactListId: 'list-of-preview' }] },
      'list-of-preview',
    ],
    [
      'by the first preview that names a valid list',
      { previews: [null, {}, { contactListId: '../lists' }, ...previews] },
      'list-of-preview',
    ],
    [
      'not by a selfUri that names another contact',
      { selfUri: '/api/v2/outbound/contactlists/list-of-uri/contacts/contact-2', attributes },
      'list-of-attribute',
    ],
    [
      'not by a selfUri whose list id is invalid',
      { selfUri: '/api/v2/outbound/contactlists/%2e%2e/contacts/contact-1', attributes },
      'list-of-attribute',
    ],
    [
      'not by a selfUri of another type',
      { selfUri: '/api/v2/users/contact-1', attributes },
      'list-of-attribute',
    ],
    ['not by a selfUri that is not a string', { selfUri: { uri }, attributes }, 'list-of-attribute'],
    [
      'not by an attribute that names another contact',
      { attributes: { ...attributes, dialerContactId: 'contact-2' }, previews },
      'list-of-preview',
    ],
    [
      'not by an attribute whose list id is invalid',
      { attributes: { dialerContactListId: '../lists' }, previews },
      'list-of-preview',
    ],
    [
      'not by attributes that are not an object',
      { attributes: 'list-of-attribute', previews },
      'list-of-preview',
    ],
  ])('%s', async (_how, traces, contactListId) => {
    const { ask, calls } = await gatewayWithRows([rowOf(traces)], { organisation: organisation() });
    const answer = await ask('contact { id data contactListId contactList { id } }');
    expect(answer.errors).toBeUndefined();
    expect(nodesIn(answer)[0].contact).toEqual({
      id: 'contact-1',
      data: { List: contactListId },
      contactListId,
      contactList: { id: contactListId },
    });
    expect(calls()).toEqual({ campaignInteractions: 1, contacts: 1 });
  });

  test.each<[string, Traces]>([
    ['by the campaign when no other source names a list', {}],
    [
      'by the campaign when all other sources name another contact',
      {
        selfUri: '/api/v2/outbound/contactlists/list-of-uri/contacts/contact-2',
        attributes: { ...attributes, dialerContactId: 'contact-2' },
        previews: [{ contactListId: 'list-of-preview', contactId: 'contact-2' }],
      },
    ],
    [
      'by the campaign when all other sources are malformed',
      { selfUri: 5, attributes: [], previews: ['x', null, 5] },
    ],
    [
      'by the campaign when the contact id of a preview is malformed',
      { previews: [{ contactListId: 'list-of-preview', contactId: ['contact-1'] }] },
    ],
  ])('%s', async (_how, traces) => {
    const { ask, calls, sandbox } = await gatewayWithRows([rowOf(traces)], { organisation: organisation() });
    const answer = await ask('contact { data contactListId }');
    expect(answer.errors).toBeUndefined();
    expect(nodesIn(answer)[0].contact).toEqual({
      data: { List: 'list-of-campaign' },
      contactListId: 'list-of-campaign',
    });
    expect(sandbox.requests.map(({ resource }) => resource)).toEqual([
      'campaignInteractions',
      'campaigns',
      'contacts',
    ]);
    expect(calls()).toEqual({ campaignInteractions: 1, campaigns: 1, contacts: 1 });
  });

  test('by a selfUri that ends with a slash, even for a contact with the id "contacts"', async () => {
    const selfUri = '/api/v2/outbound/contactlists/list-of-uri/contacts/contacts/';
    const { ask, calls } = await gatewayWithRows([rowOf({ contactId: 'contacts', selfUri })]);
    expect(nodesIn(await ask('contact { contactListId }'))).toEqual([
      { contact: { contactListId: 'list-of-uri' } },
    ]);
    expect(calls()).toEqual({ campaignInteractions: 1 });
  });

  test.each(['contact:1', 'contact%3A1'])(
    'by a selfUri that writes the contact’s id as %s',
    async (written) => {
      const row = rowOf({
        contactId: 'contact:1',
        selfUri: `/api/v2/outbound/contactlists/list-of-uri/contacts/${written}`,
      });
      const { ask, calls } = await gatewayWithRows([row]);
      expect(nodesIn(await ask('contact { contactListId }'))).toEqual([
        { contact: { contactListId: 'list-of-uri' } },
      ]);
      expect(calls()).toEqual({ campaignInteractions: 1 });
    },
  );

  test('by a participant’s attribute in a conversation without an id', async () => {
    const row = {
      id: 'interaction-1',
      contact: { id: 'contact-1' },
      conversation: { participants: [{ attributes }] },
    };
    const { ask, calls } = await gatewayWithRows([row]);
    const answer = await ask('contact { contactListId } conversation { id }');
    expect(nodesIn(answer)).toEqual([
      { contact: { contactListId: 'list-of-attribute' }, conversation: null },
    ]);
    expect(calls()).toEqual({ campaignInteractions: 1 });
  });

  test('by one campaign call for a hundred contacts, which one more call loads', async () => {
    const rows = Array.from({ length: 100 }, (_, n) => ({
      id: `interaction-${n}`,
      contact: { id: `contact-${n}` },
    }));
    const { ask, calls } = await gatewayWithRows(rows);
    const answer = await ask('contact { id data contactList { name } }');
    expect(answer.errors).toBeUndefined();
    expect(new Set(nodesIn(answer).map(({ contact }) => contact.data.Phone)).size).toBe(100);
    for (const { contact } of nodesIn(answer)) {
      expect(contact).toEqual({
        id: contact.id,
        data: { Phone: contact.id.replace('contact-', '+1555') },
        contactList: { name: `Name of ${CONTACT_LIST_ID}` },
      });
    }
    expect(calls()).toEqual({ campaignInteractions: 1, campaigns: 1, contacts: 1 });
  });

  test('without another campaign call when the campaign is loaded anyway', async () => {
    const rows = [0, 1].map((n) => ({
      id: `interaction-${n}`,
      campaign: { id: CAMPAIGN_ID },
      contact: { id: `contact-${n}` },
    }));
    const { ask, calls } = await gatewayWithRows(rows);
    const answer = await ask('contact { data } campaign { campaignStatus contactList { id } }');
    expect(answer.errors).toBeUndefined();
    expect(calls()).toEqual({ campaignInteractions: 1, campaigns: 1, contacts: 1 });
  });

  test('by the same campaign call that loads the campaigns of the rows, so that one call loads all contact lists', async () => {
    const usual = supervisorsOrganisation();
    const [list] = usual.contactLists;
    if (list === undefined) throw new TypeError('There is a contact list.');
    const another = { ...campaign('campaign-2'), contactList: { id: 'list-2' } };
    const rows = [{ id: 'interaction-1', campaign: { id: 'campaign-2' }, contact: { id: 'contact-1' } }];
    const { ask, calls } = await gatewayWithRows(rows, {
      organisation: {
        ...usual,
        campaigns: [...usual.campaigns, another],
        contactLists: [list, { ...list, id: 'list-2' }],
      },
    });
    const details = '{ id columnNames }';
    const answer = await ask(
      `contact { contactListId contactList ${details} } campaign { contactList ${details} }`,
    );
    const { columnNames } = list;
    expect(nodesIn(answer)).toEqual([
      {
        contact: { contactListId: CONTACT_LIST_ID, contactList: { id: CONTACT_LIST_ID, columnNames } },
        campaign: { contactList: { id: 'list-2', columnNames } },
      },
    ]);
    expect(calls()).toEqual({ campaignInteractions: 1, campaigns: 1, contactLists: 1 });
  });

  test('only when a selected field needs it', async () => {
    const { ask, calls } = await gatewayWithRows([rowOf({})]);
    expect(nodesIn(await ask('contact { id name selfUri }'))).toEqual([
      { contact: { id: 'contact-1', name: 'Own name', selfUri: null } },
    ]);
    expect(calls()).toEqual({ campaignInteractions: 1 });
  });
});

describe('contacts of several lists', () => {
  test('cost one call for each list', async () => {
    const lists = ['list-of-uri', 'list-of-preview'];
    const rows = Array.from({ length: 40 }, (_, n) => ({
      ...rowOf({ selfUri: uriOf(lists[n % 2] ?? '', 'contact-1') }),
      id: `interaction-${n}`,
    }));
    const { ask, calls, sandbox } = await gatewayWithRows(rows, { organisation: organisation() });
    const answer = await ask('contact { data }');
    expect(answer.errors).toBeUndefined();
    const asked = sandbox.requests.filter(({ resource }) => resource === 'contacts');
    expect(
      asked.map(({ path, body }) => ({ path, body })).toSorted((a, b) => a.path.localeCompare(b.path)),
    ).toEqual(
      lists.toSorted().map((list) => ({
        path: `/api/v2/outbound/contactlists/${list}/contacts/bulk`,
        body: ['contact-1'],
      })),
    );
    expect(calls()).toEqual({ campaignInteractions: 1, contacts: 2 });
  });

  test('are kept apart when they have the same id', async () => {
    const lists = ['list-of-uri', 'list-of-attribute', 'list-of-preview', 'list-of-campaign'];
    const rows = lists.map((list, n) => ({
      ...rowOf({ selfUri: uriOf(list, 'contact-1') }),
      id: `interaction-${n}`,
    }));
    const { ask, query } = await gatewayWithRows(rows, { organisation: organisation() });
    expect(nodesIn(await ask('contact { id data contactListId }'))).toEqual(
      lists.map((list) => ({ contact: { id: 'contact-1', data: { List: list }, contactListId: list } })),
    );
    expect(
      await query(`{
        a: contact(contactListId: "list-of-uri", id: "contact-1") { data contactListId contactList { id } }
        b: contact(contactListId: "list-of-preview", id: "contact-1") { data contactListId contactList { id } }
      }`),
    ).toEqual({
      data: {
        a: {
          data: { List: 'list-of-uri' },
          contactListId: 'list-of-uri',
          contactList: { id: 'list-of-uri' },
        },
        b: {
          data: { List: 'list-of-preview' },
          contactListId: 'list-of-preview',
          contactList: { id: 'list-of-preview' },
        },
      },
    });
  });

  test('fail separately for each list', async () => {
    const rows = ['list-of-uri', 'list-of-preview'].map((list, n) => ({
      ...rowOf({ selfUri: uriOf(list, 'contact-1') }),
      id: `interaction-${n}`,
    }));
    const { ask } = await gatewayWithRows(rows, {
      organisation: organisation(),
      faults: [
        {
          kind: 'alter',
          resource: 'contacts',
          alter: (body, { path }) => (path.includes('list-of-uri') ? 'text' : body),
        },
      ],
    });
    const answer = await ask('contact { id data }');
    expect(nodesIn(answer)).toEqual([
      { contact: { id: 'contact-1', data: null } },
      { contact: { id: 'contact-1', data: { List: 'list-of-preview' } } },
    ]);
    expect(onlyError(answer).path).toEqual(['campaignInteractions', 'nodes', 0, 'contact', 'data']);
  });
});

describe('a contact whose list is unknown', () => {
  const { contactList: _, ...campaignWithoutList } = campaign(CAMPAIGN_ID);

  test.each([
    ['names no list', { ...campaignWithoutList }],
    ['names a list without an id', { ...campaignWithoutList, contactList: { name: 'List' } }],
    ['is unknown', { ...campaignWithoutList, id: 'another-campaign' }],
  ])(
    'has null data and list, with one error and without a guessed list, when the campaign %s',
    async (_why, only) => {
      const rows = Array.from({ length: 30 }, (__, n) => ({
        id: `interaction-${n}`,
        contact: { id: `contact-${n}`, name: `Own name ${n}`, selfUri: `/contacts/contact-${n}` },
      }));
      const { ask, calls } = await gatewayWithRows(
        [...rows, { ...rowOf({ selfUri: uriOf('list-1', 'contact-1') }) }],
        {
          faults: [
            {
              kind: 'alter',
              resource: 'campaigns',
              alter: () => ({ entities: [only] }),
            },
          ],
        },
      );
      const answer = await ask('id contact { id name selfUri data contactListId contactList { name } }');
      const { path, extensions } = onlyError(answer);
      expect(path).toEqual(['campaignInteractions', 'nodes', 1, 'contact', 'data']);
      expect(extensions).toMatchObject({
        code: 'UPSTREAM_BAD_RESPONSE',
        affected: {
          type: 'Contact',
          paths: ['data', 'contactListId', 'contactList'].map(
            (field) => `campaignInteractions.nodes.*.contact.${field}`,
          ),
        },
      });
      expect(extensions.affected?.ids.toSorted()).toEqual(rows.map(({ contact }) => contact.id).toSorted());
      const [found, ...unknown] = nodesIn(answer);
      expect(found.contact.data).toEqual({ Phone: '+15551' });
      expect(unknown).toEqual(
        rows
          .toSorted((a, b) => (a.id < b.id ? -1 : 1))
          .map(({ id, contact }) => ({
            id,
            contact: { ...contact, data: null, contactListId: null, contactList: null },
          })),
      );
      expect(calls()).toEqual({ campaignInteractions: 1, campaigns: 1, contacts: 1, contactLists: 1 });
    },
  );

  test('has null data, with one error, when the campaign names a list with an invalid id', async () => {
    const { ask, calls } = await gatewayWithRows([rowOf({})], {
      faults: [
        {
          kind: 'alter',
          resource: 'campaigns',
          alter: () => ({ entities: [{ ...campaignWithoutList, contactList: { id: '../users' } }] }),
        },
      ],
    });
    const answer = await ask('contact { id data }');
    expect(nodesIn(answer)).toEqual([{ contact: { id: 'contact-1', data: null } }]);
    expect(onlyError(answer).extensions.code).toBe('UPSTREAM_BAD_RESPONSE');
    expect(JSON.stringify(answer)).not.toContain('../users');
    expect(calls()).toEqual({ campaignInteractions: 1, campaigns: 1 });
  });
});

/** Organisation in which every list has a `contact-1`, whose data names the list. */
function organisation() {
  const lists = ['list-of-uri', 'list-of-attribute', 'list-of-preview', 'list-of-campaign'];
  return {
    ...supervisorsOrganisation(),
    campaigns: [{ ...campaign(CAMPAIGN_ID), contactList: { id: 'list-of-campaign' } }],
    contacts: new Map(
      lists.map((List) => [
        List,
        new Map([['contact-1', { id: 'contact-1', contactListId: List, data: { List } }]]),
      ]),
    ),
  };
}

function rowOf({ contactId = 'contact-1', selfUri, attributes, previews = [] }: Traces) {
  return {
    id: 'interaction',
    contact: { id: contactId, name: 'Own name', selfUri },
    conversation: {
      id: 'conversation',
      participants: [
        { id: 'customer' },
        {
          id: 'dialer',
          attributes,
          callbacks: [{}, ...previews.map((dialerPreview) => ({ dialerPreview }))],
        },
      ],
    },
  };
}

function uriOf(contactListId: string, contactId: string): string {
  return `/api/v2/outbound/contactlists/${contactListId}/contacts/${contactId}`;
}
