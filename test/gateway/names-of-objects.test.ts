import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { gatewayForTest, graphqlRequest, type TestGateway } from '../support/gateway.ts';
import { listeningForTest } from '../support/listening.ts';
import { NAMES_OF_OBJECTS } from '../support/names-of-objects.ts';
import {
  CAMPAIGN_ID,
  CONTACT_LIST_ID,
  campaign,
  contact,
  interaction,
  supervisorsOrganisation,
} from '../support/organisation.ts';

/** Text in which `name0`, `name1`, … are these names. */
function named(text: string, names: readonly string[] = NAMES_OF_OBJECTS): string {
  return text.replaceAll(/name(\d)/g, (name, index: string) => names[Number(index)] ?? name);
}

/** Other names of the same lengths, so that places in a query are the same. */
const ORDINARY = NAMES_OF_OBJECTS.map((name) => name.split('').toReversed().join(''));

/**
 * Answers to a query with the names of objects, and to the query with ordinary names in which those are put in their place; as
 * texts, for an object could lose what its text has. Suggestions of graphql-js depend on names and are left out.
 */
async function answersTo(
  { gateway }: Pick<TestGateway, 'gateway'>,
  query: string,
  variables = '{}',
  token?: string | null,
): Promise<{ found: string; expected: string }> {
  const ask = async (names: readonly string[]) => {
    const response = await gateway.fetch(
      graphqlRequest(named(query, names), JSON.parse(named(variables, names)), token),
    );
    const text = await response.text();
    return text.replaceAll(/ Did you mean [^?]*\?/g, '').replaceAll(/"correlationId":"[^"]*",?/g, '');
  };
  const expected = await ask(ORDINARY);
  const found = await ask(NAMES_OF_OBJECTS);
  return {
    found,
    expected: ORDINARY.reduce(
      (text, name, at) => text.replaceAll(name, NAMES_OF_OBJECTS[at] ?? name),
      expected,
    ),
  };
}

const LIST = `campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 2)`;

/** Queries with names of clients, as `name0` to `name9`. */
const queries: Readonly<Record<string, readonly [query: string, variables?: string]>> = {
  'aliases of roots, lists, connections and everything below them': [
    `{
      name0: ${LIST} { name1: totalCount name0: nodes { name0: id name2: agent { name0: name name1: email name3: manager { name4: email } }
        name3: skills { name0: name name5: state } name4: contact { name0: data name8: name } name7: state name9: activePreviewCall
        name5: conversation { name0: participants { name0: attributes name1: wrapup { name0: notes } } } } name2: pageInfo { name0: hasNextPage } }
      name1: user(id: "user-1") { name0: name name1: routingStatus { name0: status } }
      name2: campaigns(first: 1) { name0: nodes { name0: progress { name1: percentage } name1: interactions(first: 1) { name0: totalCount } } }
      name3: __typename
      name4: contact(contactListId: "${CONTACT_LIST_ID}", id: "contact-1") { name0: data name1: callRecords { name2: column } }
      name8: user(id: "user-2") { name8: name name7: email }
    }`,
  ],
  'aliases in introspection': [
    '{ name0: __schema { name0: queryType { name1: name } } name1: __type(name: "User") { name0: fields { name0: name } } }',
  ],
  'names of operation, fragments and variables': [
    `query name0($name0: ID!, $name1: Int, $name2: Boolean = true, $name3: CampaignFilter) {
      user(id: $name0) { ...name0 ...name1 @include(if: $name2) } campaigns(first: $name1, filter: $name3) { totalCount }
    } fragment name0 on User { name ...name3 } fragment name1 on User { email } fragment name3 on User { title }`,
    '{ "name0": "user-3", "name1": 1, "name3": { "name": "Name" } }',
  ],
  'variables that are not sent': [
    `query ($name0: Int, $name1: [ID!], $name3: String, $name4: Boolean = false) {
      campaigns(first: $name0, after: $name3, filter: { ids: $name1, name: $name3 }) { totalCount nodes { id @skip(if: $name4) } } }`,
  ],
  'variables of a wrong type': [
    'query ($name0: Int) { campaigns(first: $name0) { totalCount } }',
    '{ "name0": "1" }',
  ],
  'a variable that is required and not sent': ['query ($name1: ID!) { user(id: $name1) { name } }'],
  'keys of an input object that it does not have': [
    'query ($filter: CampaignFilter) { campaigns(filter: $filter) { totalCount } }',
    '{ "filter": { "name0": "x" } }',
  ],
  'literal keys, arguments, directives, fields, types and enum values that there are not': [
    '{ campaigns(filter: { name0: 1 }, name1: 2) @name1 { name0 ... on name1 { id } } user(id: "user-1") { ...name5 } }',
  ],
  'an enum value that there is not': [
    `query ($name0: CampaignInteractionOrder) { campaignInteractions(campaignId: "${CAMPAIGN_ID}", orderBy: $name0) { totalCount } }`,
    '{ "name0": "name1" }',
  ],
  'aliases of roots beside an argument out of its range': [
    `{ name0: user(id: "user-1") { name } name1: campaigns(first: -1) { name0: totalCount } name3: __typename
       name2: user(id: "a b") { name } name4: user(id: "user-1") { name } name8: campaigns(first: -1) { totalCount } name4: user(id: "user-1") { email } }`,
  ],
  'aliases of introspection beside an argument out of its range': [
    '{ name1: campaigns(first: -1) { totalCount } name0: __type(name: "User") { name } name3: __schema { queryType { name } } }',
  ],
  'aliases of what is unknown to the upstream': [
    '{ name0: user(id: "nobody") { name } name1: campaign(id: "none") { name0: name } name4: conversation(id: "none") { id } }',
  ],
};

describe('an answer is the same under other names, those of every object:', () => {
  test.each(Object.entries(queries))('%s', async (_what, [query, variables]) => {
    const tested = await gatewayForTest({ env: { MAX_ALIASES: '100' } });
    // Once for the interpreter and three times for the compiler.
    for (let hit = 1; hit <= 4; hit += 1) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      const { expected, found } = await answersTo(tested, query, variables);
      expect(found).toBe(expected);
    }
  });

  test('in errors of calls that fail, with the paths that they affect', async () => {
    const permissions = ['directory:user:view'];
    const tested = await gatewayForTest({
      faults: [{ kind: 'missingPermissions', resource: 'users', permissions }],
    });
    const { expected, found } = await answersTo(
      tested,
      `{ name0: ${LIST} { name0: nodes { name1: agent { name0: email name1: title } } } }`,
    );
    expect(expected).toContain(
      `"${NAMES_OF_OBJECTS[0]}.${NAMES_OF_OBJECTS[0]}.*.${NAMES_OF_OBJECTS[1]}.${NAMES_OF_OBJECTS[0]}"`,
    );
    expect(found).toBe(expected);
  });

  test('where the caller is unknown', async () => {
    const query = '{ name0: user(id: "user-1") { name } name1: campaigns { totalCount } name3: __typename }';
    const { expected, found } = await answersTo(await gatewayForTest(), query, '{}', null);
    expect(found).toBe(expected);
    expect(found).toContain('UNAUTHENTICATED');
  });

  test('where it is too expensive', async () => {
    const tested = await gatewayForTest({ env: { MAX_UPSTREAM_CALLS: '2' } });
    const query = `query name0 { name0: ${LIST} { name1: nodes { name0: agent { name0: email } name1: queue { name2: memberCount } } } }`;
    const { expected, found } = await answersTo(tested, query);
    expect(found).toBe(expected);
    expect(found).toContain('QUERY_TOO_EXPENSIVE');
  });

  test('where personal data is kept back', async () => {
    const tested = await gatewayForTest({
      env: { GENESYSCLOUD_ACCESS_TOKEN: 'token-of-a-caller', AUTH_NONE: 'i-know', AUTH_PII_SCOPE: 'pii' },
    });
    const query = `{ name0: ${LIST} { name0: nodes { name0: contact { name1: data } name1: conversation { id } } }
      name1: contact(contactListId: "${CONTACT_LIST_ID}", id: "contact-1") { name0: data } }`;
    const { expected, found } = await answersTo(tested, query);
    expect(found).toBe(expected);
    expect(found).toContain('FORBIDDEN');
  });

  test('in representations of a federated graph', async () => {
    const tested = await gatewayForTest({ env: { SUBGRAPH: '1' } });
    for (const query of [
      `query ($name0: [_Any!]!) { name0: _entities(representations: $name0) { ... on User { name0: name name1: email } ... on Contact { name3: id name2: data } } }`,
      `query ($name0: [_Any!]!) { name1: _entities(representations: $name0) { __typename } name0: campaigns(first: -1) { totalCount } }`,
      `{ name0: _entities(representations: [{ __typename: "User", id: "user-4", name0: { id: "user-5" }, name1: 1 }]) { ... on User { name0: name } } }`,
      `{ name0: _entities(representations: [{ __typename: "name0", id: "user-4" }, { __typename: "name1" }, { name0: { __typename: "User", id: "user-1" } }]) { __typename } }`,
    ]) {
      const variables = `{ "name0": [{ "__typename": "User", "id": "user-1", "name0": { "id": "user-2" }, "name1": null }, { "__typename": "Contact", "contactListId": "${CONTACT_LIST_ID}", "id": "contact-1" }] }`;
      // oxlint-disable-next-line eslint/no-await-in-loop -- one query after the other
      const { expected, found } = await answersTo(tested, query, query.includes('$') ? variables : '{}');
      expect(found).toBe(expected);
    }
  });
});

/** Organisation in which ids, columns, attributes and codes have these names. */
function organisationOf(names: readonly string[]) {
  const usual = supervisorsOrganisation();
  const columns = Object.fromEntries(names.map((name) => [name, `of ${name}`]));
  const rows = names.map((id, n) => ({
    ...contact(n),
    id,
    data: columns,
    callRecords: Object.fromEntries(names.map((name) => [name, { lastResult: id }])),
  }));
  return {
    ...usual,
    users: names.map((id) => ({
      id,
      name: 'A user',
      version: 1,
      email: `${id}@example.com`,
      manager: { id },
      state: id,
    })),
    queues: names.map((id) => ({ id, name: 'One of them', description: `Of ${id}` })),
    skills: names.map((id) => ({ id, name: 'One of them', state: id })),
    scripts: names.map((id) => ({ id, name: 'One of them', startPageName: `Of ${id}` })),
    campaigns: names.map((id) => ({ ...campaign(id), campaignStatus: id, dialingMode: id })),
    contactLists: names.map((id) => ({ id, name: 'A list', columnNames: [...names] })),
    contacts: new Map(
      names.map((list) => [list, new Map(rows.map((row) => [row.id, { ...row, contactListId: list }]))]),
    ),
    interactions: (id: string) =>
      names.includes(id)
        ? {
            campaign: { id },
            interactingInteractions: names.map((each, n) => ({
              ...interaction(n),
              campaign: { id },
              agent: { id: each },
              queue: { id: each },
              script: { id: each },
              skills: [{ id: each }],
              contact: { id: each },
              disposition: each,
              dialingMode: each,
              conversation: {
                id: each,
                startTime: '2026-01-01T10:00:00Z',
                participants: [
                  {
                    id: each,
                    purpose: each,
                    attributes: { ...columns, dialerContactListId: id, dialerContactId: each },
                    wrapup: { code: each, notes: each },
                  },
                ],
              },
            })),
          }
        : undefined,
  };
}

describe('ids, codes, columns and attributes of the upstream may be such names:', () => {
  const query = `query ($id: ID!) {
    campaign(id: $id) { id campaignStatus dialingMode contactList { id } }
    campaigns(filter: { ids: [$id] }) { nodes { id } }
    contactList(id: $id) { id columnNames }
    contact(contactListId: $id, id: $id) { id data callRecords { column lastResult } }
    user(id: $id) { id email state manager { id email } }
    campaignInteractions(campaignId: $id) {
      nodes {
        disposition dialingMode
        agent { id email manager { id email } }
        queue { id description }
        script { id startPageName }
        skills { id state }
        contact { id contactListId data }
        conversation { id participants { id purpose attributes wrapup { notes code { id } } } }
      }
    }
  }`;

  test.each(NAMES_OF_OBJECTS)('%s', async (name) => {
    const answers = [ORDINARY, NAMES_OF_OBJECTS].map(async (names) => {
      const { gateway } = await gatewayForTest({ organisation: organisationOf(names) });
      const ask = () => gateway.fetch(graphqlRequest(query, { id: names[NAMES_OF_OBJECTS.indexOf(name)] }));
      const [first, again] = [await (await ask()).text(), await (await ask()).text()];
      expect(again).toBe(first);
      return first.replaceAll(/"correlationId":"[^"]*",?/g, '');
    });
    const [expected = '', found = ''] = await Promise.all(answers);
    expect(expected).not.toContain('errors');
    expect(found).toBe(
      ORDINARY.reduce((text, each, at) => text.replaceAll(each, NAMES_OF_OBJECTS[at] ?? each), expected),
    );
  });
});

test('ids of trusted documents may be such names, and others are no ids', async () => {
  const manifest = Object.fromEntries(
    ['__proto__', 'toString'].map((id) => [id, `query ${id} { user(id: "user-1") { ${id}: name } }`]),
  );
  const { gateway } = await gatewayForTest({ manifest, env: { TRUSTED_DOCUMENTS: 'only' } });
  for (const documentId of NAMES_OF_OBJECTS) {
    const { headers } = graphqlRequest('');
    const body = JSON.stringify({ documentId });
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
    const response = await gateway.fetch(
      new Request('http://localhost/graphql', { method: 'POST', headers, body }),
    );
    const isKnown = documentId === '__proto__' || documentId === 'toString';
    // oxlint-disable-next-line eslint/no-await-in-loop
    expect(await response.text()).toMatch(
      isKnown ? `{"data":{"user":{"${documentId}":"Name of user-1"}}}` : /^\{"errors":/,
    );
  }
});

test('headers and parameters of a URL may have such names', async () => {
  const { gateway } = await gatewayForTest();
  const address = await listeningForTest(gateway.listener);
  const extra = NAMES_OF_OBJECTS.map((name) => `${name}=${name}`).join('&');
  const text = await new Promise((resolve, reject) => {
    const sent = request(`${address}/graphql?query={__typename}&${extra}`, {
      headers: [
        'host',
        new URL(address).host,
        'x-graphql-yoga-csrf',
        '1',
        ...NAMES_OF_OBJECTS.flatMap((name) => (name === 'length' ? [] : [name, name])),
      ],
    });
    sent.on('error', reject).on('response', (response) => {
      let body = '';
      response
        .setEncoding('utf8')
        .on('data', (chunk) => (body += String(chunk)))
        .on('end', () => resolve(body));
    });
    sent.end();
  });
  expect(text).toBe('{"data":{"__typename":"Query"}}');
});
