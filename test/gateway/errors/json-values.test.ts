import { describe, expect, test } from 'vitest';
import { altered, nodesIn, onlyError, screen } from '../../support/answers.ts';
import {
  forgetfulGatewayForTest,
  gatewayForTest,
  keepingGatewayForTest,
  TOKEN,
} from '../../support/gateway.ts';
import { CAMPAIGN_ID, CONTACT_LIST_ID } from '../../support/organisation.ts';

/** Arrays or objects, `levels` deep in one another. */
const deepText = (levels: number, open = '[', close = ']') => open.repeat(levels) + close.repeat(levels);
const deep = (levels: number): unknown => JSON.parse(deepText(levels));

const MAX_BYTES = 1024 * 1024;
/** Object whose JSON text has this many bytes. */
const ofBytes = (bytes: number, character = 'a') => {
  const around = JSON.stringify({ column: '' }).length;
  const perCharacter = JSON.stringify(character).length - 2;
  return { column: character.repeat((bytes - around) / perCharacter) };
};

describe('a JSON value of the upstream', () => {
  test.each([
    ['of 64 levels', { column: deep(63) }],
    ['of 1 MiB', ofBytes(MAX_BYTES)],
  ])('%s is passed on', async (_what, data) => {
    const { query } = await gatewayForTest({
      faults: [altered('contacts', (row) => ({ ...row, data }), 'contact-0')],
    });
    const answer = await query(`{ contact(contactListId: "${CONTACT_LIST_ID}", id: "contact-0") { data } }`);
    expect(answer).toEqual({ data: { contact: { data } } });
  });

  test.each([
    ['of 65 levels', { column: deep(64) }],
    ['of more than 1 MiB', ofBytes(MAX_BYTES + 1)],
    ['of more than 1 MiB when escaped', ofBytes(MAX_BYTES + 6, '"')],
  ])('%s is null with one error, and the rest of the answer is intact', async (_what, data) => {
    for (const gatewayOf of [forgetfulGatewayForTest, keepingGatewayForTest]) {
      const { query } = await gatewayOf({
        faults: [altered('contacts', (row) => ({ ...row, data }), 'contact-1')],
      });
      // The second answer is compiled, and from the cache where there is one.
      for (let time = 0; time < 2; time += 1) {
        const answer = await query(screen('contact { id data again: data callable }'));
        const contacts = nodesIn(answer).map(({ contact }) => contact);
        const broken = contacts.filter(({ id }) => id === 'contact-1');
        expect(broken.length).toBeGreaterThan(0);
        for (const contact of broken) {
          expect(contact).toEqual({
            id: 'contact-1',
            data: null,
            again: null,
            callable: expect.any(Boolean),
          });
        }
        const others = contacts.filter(({ id }) => id !== 'contact-1');
        expect(others.filter(({ data: given }) => given === null)).toEqual([]);
        expect(onlyError(answer)).toMatchObject({
          message: 'Contact: the upstream gave a JSON value that is too deep or too large.',
          extensions: {
            code: 'UPSTREAM_BAD_RESPONSE',
            upstreamStatus: 200,
            affected: {
              type: 'Contact',
              ids: ['contact-1'],
              paths: [
                'campaignInteractions.nodes.*.contact.data',
                'campaignInteractions.nodes.*.contact.again',
              ],
            },
          },
        });
      }
    }
  });

  test('that is too deep is null for a router', async () => {
    const { query } = await gatewayForTest({
      env: { SUBGRAPH: '1' },
      faults: [altered('contacts', (row) => ({ ...row, data: { column: deep(500) } }), 'contact-1')],
    });
    const answer = await query(
      `{ _entities(representations: [{ __typename: "Contact", contactListId: "${CONTACT_LIST_ID}", id: "contact-1" }]) {
        ... on Contact { data callable } } }`,
    );
    expect(answer.data).toEqual({ _entities: [{ data: null, callable: expect.any(Boolean) }] });
    expect(onlyError(answer).extensions.code).toBe('UPSTREAM_BAD_RESPONSE');
  });
});

describe('a value that a client sends', () => {
  const list = `query ($filter: CampaignInteractionFilter) {
    campaignInteractions(campaignId: "${CAMPAIGN_ID}", filter: $filter) { totalCount }
  }`;
  const entities = 'query ($list: [_Any!]!) { _entities(representations: $list) { __typename } }';
  const user = (inner: string) => `{"list":[{"__typename":"User","id":"user-1","more":${inner}}]}`;

  type Send = (query: string, variables: string) => Request;
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  const url = 'http://localhost/graphql';
  const byPost: Send = (query, variables) =>
    new Request(url, {
      method: 'POST',
      headers,
      body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
    });
  const byGet: Send = (query, variables) =>
    new Request(`${url}?${new URLSearchParams({ query, variables })}`, { headers });
  const asDocument: Send = (query, variables) => {
    const documentId = query === list ? 'list' : 'entities';
    return new Request(url, {
      method: 'POST',
      headers,
      body: `{"documentId":"${documentId}","variables":${variables}}`,
    });
  };

  describe.each([
    ['over POST', byPost, Infinity],
    ['over POST, compiled', byPost, 1],
    ['over GET', byGet, Infinity],
    ['to a trusted document', asDocument, 1],
  ])('%s', (_way, send, compileAtHit) => {
    const gatewayOf = () =>
      gatewayForTest({
        compileAtHit,
        manifest: { list, entities },
        env: { SUBGRAPH: '1', MAX_BODY_BYTES: '4000000' },
      });

    test.each([
      ['arrays for an object', list, `{"filter":${deepText(45_000)}}`],
      ['objects for an object', list, `{"filter":${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}}`],
      ['arrays for a list', list, `{"filter":{"agentIds":${deepText(45_000)}}}`],
      ['objects in a representation', entities, user(`${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}`)],
      ['arrays in a representation', entities, user(deepText(63))],
    ])('is refused when it is too deep: %s', async (_what, query, variables) => {
      const { gateway, calls } = await gatewayOf();
      const response = await gateway.fetch(send(query, variables));
      expect(response.status).toBe(200);
      const { data, errors } = await response.json();
      expect(data).toBeUndefined();
      expect(errors).toHaveLength(1);
      expect(errors[0]).toMatchObject({
        message: expect.stringMatching(/^Variable "\$\w+" nests lists and objects more than 64 deep/),
        extensions: { code: 'BAD_USER_INPUT' },
      });
      expect(calls()).toEqual({});
      const next = await gateway.fetch(send(entities, user(deepText(62))));
      expect(await next.json()).toEqual({ data: { _entities: [{ __typename: 'User' }] } });
    });

    test('is refused when its JSON is too large', async () => {
      const { gateway, calls } = await gatewayOf();
      const response = await gateway.fetch(send(entities, user(JSON.stringify('a'.repeat(MAX_BYTES)))));
      expect(await response.json()).toMatchObject({
        errors: [
          {
            message: expect.stringContaining('Argument "representations[0]" must be at most 64 levels deep'),
            extensions: { code: 'BAD_USER_INPUT' },
          },
        ],
      });
      expect(calls()).toEqual({});
    });
  });

  test('in the text of a query is refused when it is too deep', async () => {
    const { query, calls } = await gatewayForTest({ env: { SUBGRAPH: '1' } });
    const literal = (levels: number) =>
      `{ _entities(representations: [{ __typename: "User", id: "user-1", more: ${deepText(levels)} }]) { __typename } }`;
    expect(onlyError(await query(literal(64)))).toMatchObject({
      message: expect.stringContaining('Argument "representations[0]" must be at most 64 levels deep'),
      extensions: { code: 'BAD_USER_INPUT' },
    });
    expect(calls()).toEqual({});
    expect(await query(literal(63))).toEqual({ data: { _entities: [{ __typename: 'User' }] } });
  });

  test('and that no variable or field has is ignored, however deep', async () => {
    const { gateway } = await gatewayForTest();
    const deepest = deepText(20_000);
    const body = `{"query":"{ __typename }","variables":{"other":${deepest}},"extensions":{"other":${deepest}}}`;
    const response = await gateway.fetch(new Request(url, { method: 'POST', headers, body }));
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
  });
});
