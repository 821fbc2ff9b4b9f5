import { describe, expect, test } from 'vitest';
import { gatewayWithRows, nodesIn, onlyError } from '../support/answers.ts';
import { CAMPAIGN_ID, campaign, CONTACT_LIST_ID, supervisorsOrganisation } from '../support/organisation.ts';

/** Where an interaction can say which list its contact is in; the campaign says `list-of-campaign`. */
interface Traces {
  readonly contactId?: string;
  readonly selfUri?: unknown;
  readonly attributes?: unknown;
  readonly previews?: readonly unknown[];
}

describe('the contact list of a contact is told', () => {
  const uri = '/api/v2/outbound/contactlists/list-of-uri/contacts/contact-1';
  const attributes = { dialerContactListId: 'list-of-attribute', dialerContactId: 'contact-1' };
  const previews = [{ contactListId: 'list-of-preview', contactId: 'contact-1' }];

  test.each<[string, Traces, string]>([
    ['by its selfUri before all', { selfUri: uri, attributes, previews }, 'list-of-uri'],
    ['by a participant’s attribute before a callback', { attributes, previews }, 'list-of-attribute'],
    ['by the preview of a callback', { previews }, 'list-of-preview'],
    [
      'by a whole URL as its selfUri',
      { selfUri: `https://api.example.com${uri}`, attributes },
      'list-of-uri',
    ],
    [
      'by an attribute that does not name the contact',
      { attributes: { dialerContactListId: 'list-of-attribute' } },
      'list-of-attribute',
    ],
    [
      'by a preview that does not name the contact',
      { previews: [{ contactListId: 'list-of-preview' }] },
      'list-of-preview',
    ],
    [
      'by the first preview that does name a list',
      { previews: [null, {}, { contactListId: '../lists' }, ...previews] },
      'list-of-preview',
    ],
    [
      'not by a selfUri that names another contact',
      { selfUri: '/api/v2/outbound/contactlists/list-of-uri/contacts/contact-2', attributes },
      'list-of-attribute',
    ],
    [
      'not by a selfUri whose list is no id',
      { selfUri: '/api/v2/outbound/contactlists/%2e%2e/contacts/contact-1', attributes },
      'list-of-attribute',
    ],
    [
      'not by a selfUri of something else',
      { selfUri: '/api/v2/users/contact-1', attributes },
      'list-of-attribute',
    ],
    ['not by a selfUri that is no text', { selfUri: { uri }, attributes }, 'list-of-attribute'],
    [
      'not by an attribute that names another contact',
      { attributes: { ...attributes, dialerContactId: 'contact-2' }, previews },
      'list-of-preview',
    ],
    [
      'not by an attribute that is no id',
      { attributes: { dialerContactListId: '../lists' }, previews },
      'list-of-preview',
    ],
    [
      'not by attributes that are no object',
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
    ['by the campaign where nothing else tells', {}],
    [
      'by the campaign where all else is of another contact',
      {
        selfUri: '/api/v2/outbound/contactlists/list-of-uri/contacts/contact-2',
        attributes: { ...attributes, dialerContactId: 'contact-2' },
        previews: [{ contactListId: 'list-of-preview', contactId: 'contact-2' }],
      },
    ],
    ['by the campaign where all else is broken', { selfUri: 5, attributes: [], previews: ['x', null, 5] }],
    [
      'by the campaign where a preview is of a contact that cannot be read',
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

  test('by a selfUri that ends with a slash, whatever the contact is called', async () => {
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

  test('by a conversation that has no id of its own', async () => {
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

  test('by one campaign call for a hundred contacts, which one call loads then', async () => {
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

  test('without a campaign call of its own where the campaign is loaded anyway', async () => {
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

  test('by a campaign call that is made with that for the campaigns of the rows, also for the contact lists then', async () => {
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

  test('at no cost where nothing of it is selected', async () => {
    const { ask, calls } = await gatewayWithRows([rowOf({})]);
    expect(nodesIn(await ask('contact { id name selfUri }'))).toEqual([
      { contact: { id: 'contact-1', name: 'Own name', selfUri: null } },
    ]);
    expect(calls()).toEqual({ campaignInteractions: 1 });
  });
});

describe('contacts of several lists', () => {
  test('are one call for each list', async () => {
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

  test('are never mixed up, although they have the same id', async () => {
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

  test('fail list by list', async () => {
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

describe('a contact whose list nothing tells', () => {
  const { contactList: _, ...campaignWithoutList } = campaign(CAMPAIGN_ID);

  test.each([
    ['names none', { ...campaignWithoutList }],
    ['names none with an id', { ...campaignWithoutList, contactList: { name: 'List' } }],
    ['is not known', { ...campaignWithoutList, id: 'another-campaign' }],
  ])(
    'is null with one error, and never looked for in a guessed list: the campaign %s',
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

  test('is null with one error where the campaign names a list by no id', async () => {
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

/** Every list has a `contact-1`, whose data names the list. */
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
