import type { Models } from 'purecloud-platform-client-v2';
import { isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { nodeKinds, parseNodeId } from '../../src/datasources/node-keys.ts';
import { LONGEST_NODE_ID } from '../../src/datasources/wire/node-id.ts';
import { opaqueText } from '../../src/lib/opaque-text.ts';
import { schema } from '../../src/schema.ts';
import { altered, answering, deniedOnce, gatewayWithRows, nodesIn, onlyError } from '../support/answers.ts';
import { forgetfulGatewayForTest, gatewayForTest } from '../support/gateway.ts';
import { CAMPAIGN_ID, CONTACT_LIST_ID, supervisorsOrganisation } from '../support/organisation.ts';
import { serviceGatewayForTest } from '../support/service-gateway.ts';

const usual = supervisorsOrganisation();
type Contacts = ReadonlyMap<string, Models.DialerContact>;

const CONVERSATION_ID = 'conversation-0';
/** Conversation with a participant that has an id and a wrap-up, and one that has none. */
const conversation = {
  id: CONVERSATION_ID,
  participants: [
    { id: 'participant-1', name: 'One', wrapup: { code: 'wrap-up-1', name: 'Done' } },
    { name: 'Another' },
  ],
};

const each = '__typename nodeId id';
/** An object of each type that is a node. */
const ONE_OF_EACH = `{
  campaignInteraction(campaignId: "${CAMPAIGN_ID}", id: "interaction-000") {
    ${each}
    campaign { ${each} }
    agent { ${each} }
    contact { ${each} contactList { ${each} } }
    queue { ${each} division { ${each} } }
    script { ${each} }
    skills { ${each} }
  }
  conversation(id: "${CONVERSATION_ID}") {
    ${each}
    participants { ${each} wrapup { code { ${each} } } }
  }
}`;

/** Root field that reads a type, and the calls that it costs by itself. */
const callsOfRoot: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  Campaign: { campaigns: 1 },
  CampaignInteraction: { campaignInteractions: 1 },
  Contact: { contacts: 1 },
  ContactList: { contactLists: 1 },
  Conversation: { conversations: 1 },
  Division: { divisions: 1 },
  Participant: { conversations: 1 },
  Queue: { queues: 1 },
  Script: { scripts: 1 },
  Skill: { skills: 1 },
  User: { users: 1 },
  WrapUpCode: { wrapUpCodes: 1 },
};

const NODE = `query ($nodeId: ID!) {
  node(nodeId: $nodeId) {
    __typename
    nodeId
    ... on DomainEntity { id }
    ... on CampaignInteraction { id }
  }
}`;

interface NodeInAnswer {
  readonly __typename: string;
  readonly nodeId: string;
  readonly id: string | null;
}

/** All nodes of an answer, without what is below them. */
function nodesOf(value: unknown): NodeInAnswer[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.values(value).flatMap((inner) => nodesOf(inner));
  if (!('nodeId' in value && 'id' in value && '__typename' in value)) return below;
  const { __typename, nodeId, id } = value;
  return [
    { __typename: String(__typename), nodeId: String(nodeId), id: typeof id === 'string' ? id : null },
    ...below,
  ];
}

describe('nodeId', () => {
  test('is on every type that implements Node, of which each has a case here', () => {
    const types = Object.values(schema.getTypeMap())
      .filter((type) => isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node'))
      .map(({ name }) => name);
    expect(types.toSorted()).toEqual(Object.keys(callsOfRoot));
    expect(new Set([...nodeKinds.values()].map(({ type }) => type))).toEqual(new Set(types));
  });

  test('differs for all nodes, is the same in every answer, and gives its node back for the calls of its root', async () => {
    const { query, calls } = await forgetfulGatewayForTest({
      faults: [answering('conversations', conversation)],
    });
    const { data, errors } = await query(ONE_OF_EACH);
    expect(errors).toBeUndefined();
    const nodes = nodesOf(data);
    expect(new Set(nodes.map(({ __typename }) => __typename))).toEqual(new Set(Object.keys(callsOfRoot)));
    const byId = new Map(nodes.map((node) => [`${node.__typename} ${node.id}`, node.nodeId]));
    expect(new Set(nodes.map(({ nodeId }) => nodeId)).size).toBe(byId.size);
    expect(nodesOf((await query(ONE_OF_EACH)).data)).toEqual(nodes);
    calls();
    for (const node of nodes) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- calls are counted for each
      const { data: found, errors: none } = await query(NODE, { nodeId: node.nodeId });
      expect(none).toBeUndefined();
      expect(node).toMatchObject(found.node);
      expect(calls()).toEqual(callsOfRoot[node.__typename]);
    }
  });

  test('costs no call of its own, on a reference as little as on a row', async () => {
    const { query, calls } = await forgetfulGatewayForTest();
    const { errors } = await query(
      `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}") { nodes { nodeId campaign { nodeId } agent { nodeId } contact { nodeId } queue { nodeId } script { nodeId } skills { nodeId } conversation { nodeId participants { nodeId } } } } }`,
    );
    expect(errors).toBeUndefined();
    expect(calls()).toEqual({ campaignInteractions: 1 });
  });

  test('tells contacts of one id in two lists apart', async () => {
    const ofOther = { name: '', id: 'contact-1', contactListId: 'list-2', data: { Phone: '+2' } };
    const contacts = new Map<string, Contacts>([
      ...usual.contacts,
      ['list-2', new Map([[ofOther.id, ofOther]])],
    ]);
    const { query } = await gatewayForTest({ organisation: { ...usual, contacts } });
    const { data } = await query(
      `{ one: contact(contactListId: "${CONTACT_LIST_ID}", id: "contact-1") { id nodeId } two: contact(contactListId: "list-2", id: "contact-1") { id nodeId } }`,
    );
    expect(data.one.id).toBe(data.two.id);
    expect(data.one.nodeId).not.toBe(data.two.nodeId);
    const { data: again } = await query(NODE, { nodeId: data.two.nodeId });
    expect(again.node).toMatchObject({ nodeId: data.two.nodeId });
  });

  test('of a contact whose row names no list is made of the campaign, and is found through the campaign’s list', async () => {
    const row = { id: 'interaction-1', contact: { id: 'contact-1' } };
    const { ask, query, calls } = await gatewayWithRows([row]);
    const [{ contact }] = nodesIn(await ask('contact { nodeId }'));
    expect(calls()).toEqual({ campaignInteractions: 1 });
    const text = `query ($nodeId: ID!) { node(nodeId: $nodeId) { nodeId ... on Contact { id contactListId data } } }`;
    const { nodeId } = contact;
    expect(await query(text, { nodeId })).toEqual({
      data: { node: { nodeId, id: 'contact-1', contactListId: CONTACT_LIST_ID, data: { Phone: '+15551' } } },
    });
    expect(calls()).toEqual({ campaigns: 1, contacts: 1 });
  });

  const noContacts = new Map<string, Contacts>([[CONTACT_LIST_ID, new Map()]]);
  test.each<[string, NonNullable<Parameters<typeof gatewayForTest>[0]>]>([
    ['does not know the campaign', { organisation: { ...usual, campaigns: [] } }],
    ['does not know the contact', { organisation: { ...usual, contacts: noContacts } }],
  ])('of a contact by its campaign is unknown where the upstream %s', async (_why, options) => {
    const { query } = await gatewayForTest(options);
    const nodeId = opaqueText(['ContactOfCampaign', CAMPAIGN_ID, 'contact-1']);
    expect(await query(NODE, { nodeId })).toEqual({ data: { node: null } });
  });

  test.each([
    ['names no contact list', altered('campaigns', ({ contactList: _none, ...row }) => row)],
    ['cannot be read', answering('campaigns', { entities: 'broken' })],
  ])(
    'of a contact by its campaign gives an error, not nobody, where the campaign %s',
    async (_why, fault) => {
      const { query } = await gatewayForTest({ faults: [fault] });
      const answer = await query(NODE, {
        nodeId: opaqueText(['ContactOfCampaign', CAMPAIGN_ID, 'contact-1']),
      });
      expect(answer.data).toEqual({ node: null });
      expect(onlyError(answer).extensions).toMatchObject({
        code: 'UPSTREAM_BAD_RESPONSE',
        affected: { type: 'Contact', ids: ['contact-1'], paths: ['node'] },
      });
    },
  );

  test('tells participants of one id apart, also in two cases, and gives each back', async () => {
    const uuid = '0ca3e6b7-b059-4045-814c-1656499b8461';
    const participants = [
      { id: 'same', name: 'One' },
      { id: 'same', name: 'Two' },
      { id: uuid, name: 'Three' },
      { id: uuid.toUpperCase(), name: 'Four' },
    ];
    const { query } = await gatewayForTest({
      faults: [answering('conversations', { id: CONVERSATION_ID, participants })],
    });
    const { data } = await query(
      `{ conversation(id: "${CONVERSATION_ID}") { participants { nodeId name } } }`,
    );
    const given: { nodeId: string; name: string }[] = data.conversation.participants;
    expect(new Set(given.map(({ nodeId }) => nodeId)).size).toBe(participants.length);
    const text = 'query ($nodeId: ID!) { node(nodeId: $nodeId) { nodeId ... on Participant { name } } }';
    for (const { nodeId, name } of given) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after another is enough
      expect(await query(text, { nodeId })).toEqual({ data: { node: { nodeId, name } } });
    }
  });

  test('is the same for a UUID in any case, and differs for the text of a contact', async () => {
    const uuid = '0CA3E6B7-B059-4045-814C-1656499B8461';
    const [upper, lower] = await Promise.all(
      [uuid, uuid.toLowerCase()].map(async (id) => {
        const { ask } = await gatewayWithRows([
          {
            id,
            agent: { id },
            contact: { id, selfUri: `/api/v2/outbound/contactlists/${id}/contacts/${id}` },
          },
        ]);
        const [row] = nodesIn(await ask('nodeId agent { nodeId } contact { nodeId }'));
        return row;
      }),
    );
    expect(upper.nodeId).toBe(lower.nodeId);
    expect(upper.agent).toEqual(lower.agent);
    expect(upper.contact).not.toEqual(lower.contact);
  });

  test('of the longest contact’s id fits and gives the contact back', async () => {
    const id = '\u{1F4DE}'.repeat(512);
    const contacts = new Map<string, Contacts>([
      [
        CONTACT_LIST_ID,
        new Map([[id, { name: '', id, contactListId: CONTACT_LIST_ID, data: { Phone: '+1' } }]]),
      ],
    ]);
    const { query } = await gatewayForTest({ organisation: { ...usual, contacts } });
    const { data } = await query(
      `query ($id: ID!) { contact(contactListId: "${CONTACT_LIST_ID}", id: $id) { nodeId } }`,
      { id },
    );
    expect(data.contact.nodeId.length).toBeLessThanOrEqual(LONGEST_NODE_ID);
    expect((await query(NODE, { nodeId: data.contact.nodeId })).data.node.id).toBe(id);
  });

  test('of ids that are too long to be looked up still tells them apart, within the limit', async () => {
    const ids = ['a', 'b'].map((last) => 'x'.repeat(5_000) + last);
    const { ask, query, calls } = await gatewayWithRows(ids.map((id) => ({ id, queue: { id } })));
    const answer = await ask(`${each} queue { ${each} }`);
    const nodeIds = nodesOf(nodesIn(answer)).map(({ nodeId }) => nodeId);
    expect(new Set(nodeIds).size).toBe(4);
    for (const nodeId of nodeIds) expect(nodeId.length).toBeLessThanOrEqual(LONGEST_NODE_ID);
    calls();
    expect(onlyError(await query(NODE, { nodeId: nodeIds[0] })).extensions.code).toBe('BAD_USER_INPUT');
    expect(calls()).toEqual({});
  });
});

describe('node', () => {
  test.each([
    ['no base64url', 'user-1'],
    ['no JSON', Buffer.from('{"a":1}').toString('base64url')],
    ['an unknown kind', opaqueText(['Person', 'user-1'])],
    ['a kind that is a name of every object', opaqueText(['constructor', 'user-1'])],
    ['an id that no call may carry', opaqueText(['User', '../users'])],
    ['a scope that no call may carry', opaqueText(['Contact', '../lists', 'contact-1'])],
    ['too few ids', opaqueText(['Contact', 'contact-1'])],
    ['too many ids', opaqueText(['User', 'user-1', 'user-2'])],
    ['a place where an id has to be', opaqueText(['User', 1])],
    ['a place below zero', opaqueText(['Participant', CONVERSATION_ID, -1])],
    ['another form of the same', `${opaqueText(['User', 'user-1'])}=`],
    ['a text that is too long', opaqueText(['CampaignInteraction', CAMPAIGN_ID, 'x'.repeat(5_000)])],
  ])('refuses a nodeId of %s, for no call', async (_what, nodeId) => {
    expect(parseNodeId(nodeId)).toBeNull();
    const { query, calls } = await gatewayForTest();
    const answer = await query(NODE, { nodeId });
    expect(answer.data).toEqual({ node: null });
    expect(onlyError(answer)).toMatchObject({
      message: expect.stringContaining('Argument "nodeId" must be a nodeId from an answer of this gateway'),
      path: ['node'],
      extensions: { code: 'BAD_USER_INPUT' },
    });
    expect(calls()).toEqual({});
  });

  test('asks the upstream even for its id alone, once for all nodes of a type, and is null for an unknown one', async () => {
    const { query, calls } = await forgetfulGatewayForTest();
    const ids = ['user-1', 'user-2', 'nobody'].map((id) => opaqueText(['User', id]));
    const [one, two, nobody] = ids;
    expect(
      await query(
        `{ one: node(nodeId: "${one}") { nodeId } two: node(nodeId: "${two}") { nodeId ... on User { email presence { modifiedDate } } ... on Queue { memberCount } } nobody: node(nodeId: "${nobody}") { nodeId } user(id: "user-1") { email } }`,
      ),
    ).toEqual({
      data: {
        one: { nodeId: one },
        two: { nodeId: two, email: expect.any(String), presence: { modifiedDate: expect.any(String) } },
        nobody: null,
        user: { email: expect.any(String) },
      },
    });
    expect(calls()).toEqual({ users: 1 });
  });

  test('loads what is selected of the node’s own type only, with everything below', async () => {
    const { query, calls } = await forgetfulGatewayForTest();
    const { data, errors } = await query(
      `query ($nodeId: ID!) { node(nodeId: $nodeId) { ... on Campaign { name interactions(first: 2) { nodes { agent { email } } } } ... on User { manager { email } } } }`,
      { nodeId: opaqueText(['Campaign', CAMPAIGN_ID]) },
    );
    expect(errors).toBeUndefined();
    expect(data.node.interactions.nodes).toHaveLength(2);
    expect(calls()).toEqual({ campaigns: 1, campaignInteractions: 1, users: 1 });
  });

  test('is planned by the type of its node, whatever variables an earlier request had', async () => {
    const { query, calls } = await gatewayForTest({ env: { MAX_UPSTREAM_CALLS: '1' } });
    const text = `query ($nodeId: ID!) { node(nodeId: $nodeId) { nodeId ... on Campaign { interactions { totalCount } } } }`;
    expect((await query(text, { nodeId: opaqueText(['User', 'user-1']) })).errors).toBeUndefined();
    calls();
    const answer = await query(text, { nodeId: opaqueText(['Campaign', CAMPAIGN_ID]) });
    expect(onlyError(answer).extensions).toMatchObject({ code: 'QUERY_TOO_EXPENSIVE', asked: 2 });
    expect(calls()).toEqual({});
  });

  test('is planned beside a root field that is given the same text for an id', async () => {
    const { query, calls } = await gatewayForTest({ env: { MAX_UPSTREAM_CALLS: '1' } });
    const text = 'query ($text: ID!) { node(nodeId: $text) { nodeId } script(id: $text) { id } }';
    const answer = await query(text, { text: opaqueText(['Script', 'script-1']) });
    expect(onlyError(answer).extensions).toMatchObject({ code: 'QUERY_TOO_EXPENSIVE', asked: 2 });
    expect(calls()).toEqual({});
  });

  test('of contacts shares a call within a list, and is planned so', async () => {
    const { query, calls } = await gatewayForTest({ env: { MAX_UPSTREAM_CALLS: '1' } });
    const text =
      'query ($one: ID!, $two: ID!) { one: node(nodeId: $one) { nodeId } two: node(nodeId: $two) { nodeId } }';
    const inList = (list: string, id: string) => opaqueText(['Contact', list, id]);
    const { errors } = await query(text, {
      one: inList(CONTACT_LIST_ID, 'contact-1'),
      two: inList(CONTACT_LIST_ID, 'contact-2'),
    });
    expect(errors).toBeUndefined();
    expect(calls()).toEqual({ contacts: 1 });
    const answer = await query(text, {
      one: inList(CONTACT_LIST_ID, 'contact-1'),
      two: inList('list-2', 'contact-2'),
    });
    expect(onlyError(answer).extensions).toMatchObject({ code: 'QUERY_TOO_EXPENSIVE', asked: 2 });
  });

  test('is null with one error for a call that failed', async () => {
    const { query } = await gatewayForTest({ faults: [deniedOnce('users', ['directory:user:view'])] });
    const answer = await query(NODE, { nodeId: opaqueText(['User', 'user-1']) });
    expect(answer.data).toEqual({ node: null });
    expect(onlyError(answer).extensions).toMatchObject({
      code: 'FORBIDDEN',
      affected: { type: 'User', ids: ['user-1'], paths: ['node'] },
    });
  });

  test.each([
    ['Contact', ['Contact', CONTACT_LIST_ID, 'contact-1']],
    ['Contact', ['ContactOfCampaign', CAMPAIGN_ID, 'contact-1']],
    ['Conversation', ['Conversation', CONVERSATION_ID]],
    ['Participant', ['Participant', CONVERSATION_ID, 0]],
  ])('of a %s is for callers who may see personal data, and costs others nothing', async (type, parts) => {
    const { ask, calls } = await serviceGatewayForTest({
      AUTH_PII_SCOPE: 'customers:read',
      // The SHA-256 of "other".
      AUTH_API_KEY_HASHES: 'd9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa=read',
    });
    const answer = await ask(`{ node(nodeId: "${opaqueText(parts)}") { nodeId } }`, { 'x-api-key': 'other' });
    expect(answer.data).toEqual({ node: null });
    expect(onlyError(answer).extensions).toMatchObject({ code: 'FORBIDDEN', affected: { type } });
    expect(calls()).toEqual({});
  });

  test('is no field of a subgraph, whose entities have their nodeId without an interface', async () => {
    const { query } = await gatewayForTest({ env: { SUBGRAPH: '1' } });
    const { data } = await query('{ _service { sdl } }');
    expect(data._service.sdl).not.toMatch(/interface Node|implements[^{]*\bNode\b|\bnode\(/);
    expect(data._service.sdl).toMatch(/nodeId: ID!/);
    const { data: answered, errors } = await query(
      '{ _entities(representations: [{ __typename: "User", id: "user-1" }]) { ... on User { nodeId } } }',
    );
    expect(errors).toBeUndefined();
    expect(answered._entities).toEqual([{ nodeId: opaqueText(['User', 'user-1']) }]);
  });
});
