import { createYoga } from 'graphql-yoga';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { callersOf } from '../../src/auth/callers.ts';
import { cardinalities, cardinalitiesOf, parseCardinalities } from '../../src/config/cardinalities.ts';
import { parseConfig } from '../../src/config/config.ts';
import { settings, ttlSettings } from '../../src/config/settings.ts';
import { ttls, ttlsOf } from '../../src/config/ttls.ts';
import { AnswerAccount } from '../../src/answers/answer-account.ts';
import { contextFactory, type GatewayContext } from '../../src/context.ts';
import { resources } from '../../src/datasources/index.ts';
import { nodeKindsOf } from '../../src/datasources/node-keys.ts';
import { listingById } from '../../src/datasources/resource.ts';
import { EntityRecord } from '../../src/datasources/wire/wire-record.ts';
import { examineGateway } from '../../src/doctor/examine-gateway.ts';
import { entityKeys, entityKeysOf } from '../../src/federation/entity-keys.ts';
import { representationProblems, representationsIn } from '../../src/federation/representations.ts';
import { subgraphSchemaOf } from '../../src/federation/subgraph-schema.ts';
import { tokenIdentity } from '../../src/identity/upstream-identity.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { loaderOf } from '../../src/loading/data-sources.ts';
import { entityFields } from '../../src/lookahead/entity-fields.ts';
import { planFactsOf } from '../../src/operations/planner.ts';
import { useArgumentRules } from '../../src/plugins/use-argument-rules.ts';
import { useQueryCost } from '../../src/plugins/use-query-cost.ts';
import { useReleasedSources } from '../../src/plugins/use-released-sources.ts';
import type { SignedTokensContext } from '../../src/plugins/use-signed-tokens.ts';
import { useUpstreamErrors } from '../../src/plugins/use-upstream-errors.ts';
import { Query } from '../../src/resolvers/Query.ts';
import { nodeResolver } from '../../src/resolvers/Node.ts';
import { rootsById } from '../../src/resolvers/roots-by-id.ts';
import { page, values, withIds } from '../../src/sandbox/listing.ts';
import type { Route } from '../../src/sandbox/route.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { schemaOf, schemaParts } from '../../src/schema.ts';
import { Http } from '../../src/upstream/http/http.ts';
import { Turns } from '../../src/lib/turns.ts';
import { graphqlRequest, type GraphQLAnswer, TOKEN, USUALLY_KEPT } from '../support/gateway.ts';
import { sharedServicesForTest } from '../support/shared-services.ts';
import { CAMPAIGN_ID, supervisorsOrganisation } from '../support/organisation.ts';

/** Row of an invented upstream. */
interface Sprocket {
  id?: string;
  name?: string;
  selfUri?: string;
  status?: string;
  type?: string;
}

class SprocketRecord extends EntityRecord<Sprocket> {
  get status() {
    return this.text('status');
  }
  get type() {
    return this.text('type');
  }
}

/** The one declaration of a resource that the gateway does not have. `type` comes only when asked for, as an example. */
const sprockets = listingById({
  name: 'sprockets',
  type: 'Sprocket',
  permissions: ['machine:sprocket:view'],
  ttl: { name: 'SPROCKET', seconds: 30 },
  root: 'sprocket',
  federated: { key: ['id'] },
  cardinalities: {
    sprocketsPerList: { most: 7, meaning: 'sprockets that a list refers to', perList: 'Sprocket' },
  },
  path: '/api/v2/sprockets',
  maxIds: 100,
  expand: [{ name: 'type', query: ['expand', 'type'], ttl: { name: 'SPROCKET_TYPE', seconds: 3 } }],
  Entity: SprocketRecord,
});

const registry = { ...resources, sprockets };

const sdl = `
  type Sprocket implements DomainEntity & Node { id: ID! nodeId: ID! name: String selfUri: String status: String type: String }
  extend type Query { sprocket(id: ID!): Sprocket }
  extend type Campaign { sprocket: Sprocket }
`;
const sprocket = entityFields(sprockets, (sources) => loaderOf(sources, sprockets));
const parts = {
  typeDefs: [...schemaParts.typeDefs, sdl],
  resolvers: {
    ...schemaParts.resolvers,
    Query: { ...Query, ...rootsById(registry), node: nodeResolver(registry) },
    Sprocket: {
      nodeId: sprocket.nodeId,
      name: sprocket.name,
      status: sprocket.field('status'),
      type: sprocket.field('type', 'type'),
    },
  },
};
const schemas = { plain: schemaOf(parts), subgraph: subgraphSchemaOf(registry, parts) };

const rows = ['sprocket-1', 'sprocket-2', 'sprocket-3'].map((id) => ({
  id,
  name: `Name of ${id}`,
  status: `Status of ${id}`,
  type: `Type of ${id}`,
}));
const route: Route = {
  method: 'GET',
  path: '/api/v2/sprockets',
  resource: 'unknown',
  permissions: ['machine:sprocket:view'],
  handle: (call) => {
    const { entities, ...envelope } = page(withIds(rows, call.query), { ...call, maxPageSize: 500 });
    const isTypeWanted = values(call.query, 'expand').includes('type');
    return {
      ...envelope,
      entities: entities.map(({ type, ...row }) => ({ ...row, ...(isTypeWanted && { type }) })),
    };
  },
};

interface SprocketsOptions {
  readonly schema?: keyof typeof schemas;
  readonly env?: Readonly<Record<string, string>>;
  readonly cardinalities?: string;
  /** TTL settings of sprockets. */
  readonly ttlSeconds?: Readonly<Record<string, number>>;
}

/** A gateway of the copied registry over a sandbox with the further route. */
async function sprocketsForTest(options: SprocketsOptions = {}) {
  const sandbox = await startSandbox({
    organisation: supervisorsOrganisation(),
    tokens: [TOKEN, 'token-of-another', { token: 'token-without-permission', permissions: [] }],
    routes: [route],
    rateLimit: { allowed: 100_000, windowSeconds: 60 },
  });
  const env = {
    GENESYSCLOUD_API_URL: sandbox.url,
    ...USUALLY_KEPT,
    ...options.env,
  };
  const { loading, cache, operations } = parseConfig(env);
  const http = new Http(1_000, new Turns(systemClock), 16);
  onTestFinished(async () => {
    await http.dispose();
    await sandbox.close();
  });
  const { client, shared } = sharedServicesForTest(env, http, {
    cache: { ...cache, ttlSeconds: { ...cache.ttlSeconds, ...options.ttlSeconds } },
    registry,
  });
  const planned = parseCardinalities(options.cardinalities ?? '', cardinalitiesOf(registry));
  const yoga = createYoga<SignedTokensContext, GatewayContext>({
    schema: schemas[options.schema ?? 'plain'],
    context: contextFactory(
      {
        callerOf: callersOf({
          accepted: null,
          credentials: { mode: 'passThrough' },
          personalDataScope: null,
        }),
        identityOf: (authorization) =>
          authorization === null ? null : tokenIdentity(authorization.replace('Bearer ', '')),
        clock: systemClock,
        turns: new Turns(systemClock),
        answers: new AnswerAccount(operations.maxBytesInFlight),
        client,
        shared,
        record: () => undefined,
        traceOf: () => null,
      },
      { operations, personalDataScope: null, authenticatesCallers: false },
    ),
    plugins: [
      ...(options.schema === 'subgraph'
        ? []
        : [
            useArgumentRules({ nodeKinds: nodeKindsOf(registry) }),
            useQueryCost({
              maxUpstreamCalls: operations.maxUpstreamCalls,
              maxAnswerFields: operations.maxAnswerFields,
              batchSize: loading.batchSize,
              cardinalities: planned.cardinalities,
              facts: planFactsOf(registry),
            }),
          ]),
      useUpstreamErrors(pino({ level: 'silent' }), () => undefined),
      useReleasedSources(),
    ],
    logging: false,
  });
  return {
    query: async (text: string, variables = {}, token = TOKEN): Promise<GraphQLAnswer> => {
      const response = await yoga.fetch(graphqlRequest(text, variables, token));
      return JSON.parse(await response.text());
    },
    /** Ids of each call for sprockets since the last `calls()`. */
    calls: () =>
      sandbox.requests.splice(0).map(({ path, ids }) => (path === '/api/v2/sprockets' ? ids : path)),
  };
}

const three =
  '{ a: sprocket(id: "sprocket-1") { name status } b: sprocket(id: "sprocket-2") { status } c: sprocket(id: "nowhere") { id } }';
const found = {
  a: { name: 'Name of sprocket-1', status: 'Status of sprocket-1' },
  b: { status: 'Status of sprocket-2' },
  c: null,
};
const one = '{ sprocket(id: "sprocket-1") { status } }';
const withType = '{ sprocket(id: "sprocket-1") { type } }';

describe('a resource that is added to a copy of the registry', () => {
  test('gets settings for its TTLs, among the others in the order of their names, with their documentation', () => {
    const derived = ttlSettings(ttlsOf(registry));
    const meaning = (what: string): unknown => expect.stringContaining(`${what} data`);
    const usual = Object.keys(ttlSettings(ttls));
    const place = usual.indexOf('CACHE_TTL_SKILL_SECONDS') + 1;
    expect(Object.keys(derived)).toEqual(
      usual.toSpliced(place, 0, 'CACHE_TTL_SPROCKET_SECONDS', 'CACHE_TTL_SPROCKET_TYPE_SECONDS'),
    );
    expect(derived).toMatchObject({
      CACHE_TTL_SKILL_SECONDS: { default: '300', meaning: meaning('skill') },
      CACHE_TTL_SPROCKET_SECONDS: { default: '30', meaning: meaning('sprocket') },
      CACHE_TTL_SPROCKET_TYPE_SECONDS: { default: '3', meaning: meaning('sprocket type') },
    });
    expect(settings).not.toHaveProperty('CACHE_TTL_SPROCKET_SECONDS');
  });

  test('gets a cardinality that can be set by its name, which errors list', () => {
    const declared = cardinalitiesOf(registry);
    expect(Object.keys(declared)).toEqual(Object.keys(cardinalities).toSpliced(-1, 0, 'sprocketsPerList'));
    expect(parseCardinalities('', declared).cardinalities).toMatchObject({
      sprocketsPerList: 7,
      usersPerList: 500,
    });
    expect(parseCardinalities('sprocketsPerList=3', declared)).toMatchObject({
      cardinalities: { sprocketsPerList: 3 },
      problems: [],
    });
    expect(parseCardinalities('sprockets=3', declared).problems).toEqual([
      expect.stringContaining('usersPerList, sprocketsPerList, namelessPerList'),
    ]);
  });

  test('gets a key in a federated graph, by which representations are checked and read', () => {
    const keys = entityKeysOf(registry);
    expect(keys).toEqual({ ...entityKeys, Sprocket: ['id'] });
    const args = { representations: [{ __typename: 'Sprocket', id: 'sprocket-1' }] };
    expect(representationProblems(args, keys)).toEqual([]);
    expect(representationsIn(args, keys)).toEqual([{ type: 'Sprocket', id: 'sprocket-1', scope: '' }]);
    expect(representationProblems({ representations: [{ __typename: 'Sprocket', id: '' }] }, keys)).toEqual([
      expect.stringContaining('Argument "representations[0].id" must be an id'),
    ]);
    expect(representationProblems({ representations: [{ __typename: 'Other' }] }, keys)).toEqual([
      expect.stringContaining('Skill, Sprocket, User'),
    ]);
    expect(representationProblems(args)).not.toEqual([]);
  });

  test('is read by its root field, all ids in one call', async () => {
    const { query, calls } = await sprocketsForTest();
    expect(await query(three)).toEqual({ data: found });
    expect(calls()).toEqual([['sprocket-1', 'sprocket-2', 'nowhere']]);
  });

  test('is a node, which is found by its nodeId with the expand parts that are selected, for one planned call', async () => {
    const { query, calls } = await sprocketsForTest({ env: { MAX_UPSTREAM_CALLS: '1' } });
    const { data } = await query('{ sprocket(id: "sprocket-2") { nodeId } }');
    calls();
    expect(
      await query(
        'query ($nodeId: ID!) { node(nodeId: $nodeId) { __typename nodeId ... on Sprocket { status type } } }',
        data.sprocket,
      ),
    ).toEqual({
      data: {
        node: {
          __typename: 'Sprocket',
          ...data.sprocket,
          status: 'Status of sprocket-2',
          type: 'Type of sprocket-2',
        },
      },
    });
    expect(calls()).toEqual([['sprocket-2']]);
  });

  test('is asked for with the expand parts that are selected, in the same call', async () => {
    const { query, calls } = await sprocketsForTest();
    expect(await query('{ sprocket(id: "sprocket-2") { name type } }')).toEqual({
      data: { sprocket: { name: 'Name of sprocket-2', type: 'Type of sprocket-2' } },
    });
    expect(calls()).toEqual([['sprocket-2']]);
  });

  test('shares what was read between the requests of one identity, and with no other', async () => {
    const { query, calls } = await sprocketsForTest();
    await query(three);
    calls();
    expect(await query(three)).toEqual({ data: found });
    expect(calls()).toEqual([]);
    await query(one, {}, 'token-of-another');
    expect(calls()).toEqual([['sprocket-1']]);
  });

  test('is kept for the TTL that is set, and its expand part for its own', async () => {
    const uncached = await sprocketsForTest({ ttlSeconds: { SPROCKET: 0 } });
    await uncached.query(one);
    await uncached.query(one);
    expect(uncached.calls()).toEqual([['sprocket-1'], ['sprocket-1']]);
    const { query, calls } = await sprocketsForTest({ ttlSeconds: { SPROCKET_TYPE: 0 } });
    await query(withType);
    await query(withType);
    expect(calls()).toEqual([['sprocket-1'], ['sprocket-1']]);
    await query(one);
    expect(calls()).toEqual([]);
  });

  test('is null with an error that names its type when the upstream denies its permission', async () => {
    const { query } = await sprocketsForTest();
    const { data, errors } = await query(one, {}, 'token-without-permission');
    expect(data).toEqual({ sprocket: null });
    expect(errors).toEqual([
      expect.objectContaining({
        extensions: expect.objectContaining({
          code: 'FORBIDDEN',
          affected: { type: 'Sprocket', ids: ['sprocket-1'], paths: ['sprocket'] },
        }),
      }),
    ]);
  });

  test('is planned by its root field: as many calls as its ids need', async () => {
    const { query, calls } = await sprocketsForTest({
      env: { UPSTREAM_BATCH_SIZE: '2', MAX_UPSTREAM_CALLS: '1' },
    });
    const { errors } = await query(three);
    expect(errors?.[0]?.extensions).toMatchObject({
      asked: 2,
      allowed: 1,
      plan: [{ resource: 'sprockets', calls: 2 }],
    });
    expect(calls()).toEqual([]);
  });

  test.each([
    ['its usual cardinality', '', 7],
    ['the cardinality that is set', 'sprocketsPerList=3', 3],
  ])('is planned below a list by %s', async (_what, planned, expected) => {
    const { query } = await sprocketsForTest({
      cardinalities: planned,
      env: { UPSTREAM_BATCH_SIZE: '1', MAX_UPSTREAM_CALLS: '1' },
    });
    const { errors } = await query('{ campaigns(first: 50) { nodes { sprocket { status } } } }');
    expect(errors?.[0]?.extensions.plan).toContainEqual({ resource: 'sprockets', calls: expected });
  });

  test('is an entity of the subgraph: keyed in its SDL, and read by representations in one call', async () => {
    const { query, calls } = await sprocketsForTest({ schema: 'subgraph' });
    const { data } = await query('{ _service { sdl } }');
    expect(data._service.sdl).toMatch(/type Sprocket implements DomainEntity\s+@key\(fields: "id"\)/);
    const representations = ['sprocket-3', 'nowhere', 'sprocket-1'].map((id) => ({
      __typename: 'Sprocket',
      id,
    }));
    const text =
      'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Sprocket { id status } } }';
    expect(await query(text, { representations })).toEqual({
      data: {
        _entities: [
          { id: 'sprocket-3', status: 'Status of sprocket-3' },
          null,
          { id: 'sprocket-1', status: 'Status of sprocket-1' },
        ],
      },
    });
    expect(calls()).toEqual([['sprocket-3', 'nowhere', 'sprocket-1']]);
  });

  test('leaves other resources as they are', async () => {
    const { query } = await sprocketsForTest();
    const text = `{ campaign(id: "${CAMPAIGN_ID}") { name queue { memberCount } } user(id: "user-1") { presence { systemPresenceCode } } }`;
    expect(await query(text)).toEqual({
      data: {
        campaign: { name: `Name of ${CAMPAIGN_ID}`, queue: { memberCount: 0 } },
        user: { presence: { systemPresenceCode: 'Presence of user-1' } },
      },
    });
  });
});

test('each resource stands in the registry under its own name', () => {
  expect(Object.entries(resources).map(([name, resource]) => [name, resource.name])).toEqual(
    Object.keys(resources).map((name) => [name, name]),
  );
});

test('doctor asks for its permission, and names the fields that are null without it', async () => {
  const sandbox = await startSandbox({
    tokens: [{ token: 'token-without-permission', permissions: [] }],
    routes: [route],
  });
  onTestFinished(() => sandbox.close());
  const { findings } = await examineGateway({
    config: parseConfig({ PORT: '0', GENESYSCLOUD_API_URL: sandbox.url }),
    registry,
    schema: schemas.plain,
    givenToken: { token: 'token-without-permission', problem: null, warnings: [] },
  });
  expect(findings.find(({ name }) => name === 'permission machine:sprocket:view')).toMatchObject({
    status: 'fail',
    facts: {
      missing: ['machine:sprocket:view'],
      fields: ['Query.sprocket', 'Sprocket.status', 'Sprocket.type'],
      fieldsSometimes: ['Sprocket.name'],
    },
  });
});
