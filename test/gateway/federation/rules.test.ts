import { buildSchema, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../src/config/config.ts';
import { schema } from '../../../src/schema.ts';
import { servedSchema } from '../../../src/federation/served-schema.ts';
import { notIds, onlyError } from '../../support/answers.ts';
import { type GraphQLAnswer, graphqlRequest } from '../../support/gateway.ts';
import { serviceGatewayForTest } from '../../support/service-gateway.ts';
import { CONTACT_LIST_ID } from '../../support/organisation.ts';
import { range } from '../../support/range.ts';
import { named, subgraphForTest } from './support.ts';

describe('representations', () => {
  test.each<readonly [unknown, string, string]>([
    [5, 'representations[1]', 'must be an object'],
    [[], 'representations[1]', 'must be an object'],
    [{ id: 'user-1' }, 'representations[1].__typename', 'must be one of Campaign, '],
    [{ __typename: 'Conversation', id: 'conversation-0' }, 'representations[1].__typename', 'must be one of'],
    [{ __typename: 'constructor', id: 'user-1' }, 'representations[1].__typename', 'must be one of'],
    [{ __typename: 'User' }, 'representations[1].id', 'must be an id'],
    [{ __typename: 'Contact', id: 'contact-1' }, 'representations[1].contactListId', 'must be an id'],
    ...notIds.map((id) => [{ __typename: 'User', id }, 'representations[1].id', 'must be an id'] as const),
  ])('must name an entity type and its key, unlike %j', async (representation, place, rule) => {
    const { entities, calls } = await subgraphForTest();
    const answer = await entities(
      [...named('User', 'user-1'), representation],
      '... on User { name } ... on Contact { data }',
    );
    expect(answer.data).toBeNull();
    const error = onlyError(answer);
    expect(error.message).toContain(`Argument "${place}" ${rule}`);
    expect(error).toMatchObject({ path: ['_entities'], extensions: { code: 'BAD_USER_INPUT' } });
    expect(calls()).toEqual({});
  });

  test('that are invalid reject the whole request, also in a literal', async () => {
    const { query, calls } = await subgraphForTest();
    const { data, errors } = await query(
      'query ($id: ID!) { user(id: "user-1") { name } _entities(representations: [{ __typename: "User", id: $id }]) { ... on User { name } } }',
      { id: '../users' },
    );
    expect(data).toBeNull();
    expect(errors?.[0]?.message).toContain('Argument "representations[0].id" must be an id');
    expect(calls()).toEqual({});
  });

  test('are limited to 1,000', async () => {
    const { entities, calls } = await subgraphForTest();
    const some = (count: number) => named('User', ...range(count).map((n) => `user-${n}`));
    expect((await entities(some(1000), '... on User { id }')).errors).toBeUndefined();
    const answer = await entities(some(1001), '... on User { name }');
    expect(onlyError(answer).message).toBe(
      'Argument "representations" must have at most 1000 elements, not 1001.',
    );
    expect(calls()).toEqual({});
  });
});

describe('the cost of entities', () => {
  test('is planned by the number of distinct ids, contact lists and campaigns, also for lists of equal length', async () => {
    const { entities, calls } = await subgraphForTest({
      env: { MAX_UPSTREAM_CALLS: '2', UPSTREAM_BATCH_SIZE: '10' },
    });
    const ids = (count: number) => range(30).map((n) => `user-${n % count}`);
    expect((await entities(named('User', ...ids(20)), '... on User { email }')).errors).toBeUndefined();
    expect(calls()).toEqual({ users: 2 });
    const refused = await entities(named('User', ...ids(21)), '... on User { email }');
    expect(onlyError(refused).extensions).toMatchObject({
      code: 'QUERY_TOO_EXPENSIVE',
      asked: 3,
      plan: [{ resource: 'users', calls: 3 }],
    });
    const contacts = range(3).map((n) => ({ __typename: 'Contact', contactListId: `list-${n}`, id: 'c' }));
    expect(onlyError(await entities(contacts, '... on Contact { callable }')).extensions.plan).toEqual([
      { resource: 'contacts', calls: 3 },
    ]);
    const interactions = range(3).map((n) => ({
      __typename: 'CampaignInteraction',
      campaignId: `campaign-${n}`,
      id: 'i',
    }));
    expect(
      onlyError(await entities(interactions, '... on CampaignInteraction { state }')).extensions.plan,
    ).toEqual([{ resource: 'campaignInteractions', calls: 3 }]);
    expect(calls()).toEqual({});
  });
});

test('a caller without access to personal data gets no contacts, one error and no call for them', async () => {
  const { gateway, calls } = await serviceGatewayForTest({
    SUBGRAPH: '1',
    AUTH_NONE: 'i-know',
    AUTH_PII_SCOPE: 'pii',
  });
  const request = graphqlRequest(
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Contact { id } ... on User { name } } }',
    {
      r: [
        ...named('User', 'user-1'),
        ...['contact-1', 'contact-2'].map((id) => ({
          __typename: 'Contact',
          contactListId: CONTACT_LIST_ID,
          id,
        })),
      ],
    },
    null,
  );
  const answer: GraphQLAnswer = JSON.parse(await (await gateway.fetch(request)).text());
  expect(answer.data._entities).toEqual([{ name: 'Name of user-1' }, null, null]);
  expect(onlyError(answer)).toMatchObject({
    path: ['_entities', 1],
    extensions: { code: 'FORBIDDEN', affected: { type: 'Contact', ids: ['contact-1', 'contact-2'] } },
  });
  expect(calls()).toEqual({ login: 1, users: 1 });
});

describe('the schema for routers', () => {
  test('is SDL with keys and descriptions, and needs no credential and no call', async () => {
    const { query, calls } = await subgraphForTest({ compileAtHit: 1 });
    const { data, errors } = await query('{ _service { sdl } }', {}, null);
    expect(errors).toBeUndefined();
    const { sdl } = data._service;
    expect(sdl).toContain('@link(url: "https://specs.apollo.dev/federation/v2.3"');
    expect(sdl).toContain('type Contact implements DomainEntity @key(fields: "contactListId id") {');
    expect(sdl).toContain('type PageInfo @shareable {');
    expect(sdl).toContain('Campaign of the interaction.');
    expect(() => parse(sdl)).not.toThrow();
    expect(() => buildSchema(sdl)).not.toThrow();
    expect(calls()).toEqual({});
  });

  test('is hidden when INTROSPECTION is off, and entities are still answered', async () => {
    const { query, entities } = await subgraphForTest({ env: { INTROSPECTION: 'off' } });
    const { data, errors } = await query('{ _service { sdl } }');
    expect(data).toBeUndefined();
    expect(errors?.[0]?.message).toBe(
      'GraphQL introspection has been disabled, but the requested query contained the field "_service".',
    );
    expect((await entities(named('User', 'user-1'), '... on User { id }')).errors).toBeUndefined();
  });
});

test('the schema has federation types only when SUBGRAPH is on, which is a switch', async () => {
  expect(servedSchema({ subgraph: false })).toBe(schema);
  expect(schema.getType('_Entity')).toBeUndefined();
  const served = await servedSchema({ subgraph: true });
  expect(served.getType('_Entity')).toBeDefined();
  expect(() => parseConfig({ SUBGRAPH: 'yes' })).toThrow('SUBGRAPH must be on or off');
});

test('a trusted document may select entities', async () => {
  const manifest = { known: '{ _entities(representations: []) { __typename } }' };
  const { gateway } = await subgraphForTest({ manifest });
  const response = await gateway.fetch(
    new Request('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ documentId: 'known' }),
    }),
  );
  expect(JSON.parse(await response.text())).toEqual({ data: { _entities: [] } });
});
