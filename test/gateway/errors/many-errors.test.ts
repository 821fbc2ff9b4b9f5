import { GraphQLError, type GraphQLSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schemaOf, schemaParts } from '../../../src/schema.ts';
import { screen } from '../../support/answers.ts';
import { capturedLog } from '../../support/captured-log.ts';
import { ANY_SIZE, type AnsweredError, gatewayForTest } from '../../support/gateway.ts';
import { CAMPAIGN_ID } from '../../support/organisation.ts';
import { subscriptionGatewayForTest } from '../../support/subscriptions.ts';

const names = (count: number) => Array.from({ length: count }, (_, n) => `x${n}`).join(' ');

/** Expects 100 errors, the last of which stands for `omitted` others. */
function expectFew(errors: readonly AnsweredError[] = [], code: string, omitted: number): void {
  expect(errors).toHaveLength(100);
  for (const { extensions } of errors) expect(extensions.code).toBe(code);
  expect(errors.at(-2)?.message).not.toContain('more errors');
  expect(errors.at(-1)).toEqual({
    message: `There are ${omitted} more errors, which are left out.`,
    extensions: { code, omitted: { [code]: omitted } },
  });
}

/** The product's schema with a field of each interaction that fails. */
function schemaWithDefect(defect: () => Error): GraphQLSchema {
  const field = 'extend type CampaignInteraction { "A field that fails." defect: Int }';
  const { typeDefs, resolvers } = schemaParts;
  const failing = {
    defect: () => {
      throw defect();
    },
  };
  return schemaOf({
    typeDefs: [...typeDefs, field],
    resolvers: Object.assign({}, resolvers, { CampaignInteraction: failing }),
  });
}

describe('at most 100 errors leave, the last of which says how many more there are', () => {
  test('when a query has many faults', async () => {
    const { query, calls } = await gatewayForTest();
    // The second time from Yoga's cache.
    for (let time = 0; time < 2; time += 1) {
      expectFew((await query(`{ campaigns { ${names(150)} } }`)).errors, 'GRAPHQL_VALIDATION_FAILED', 51);
    }
    expect(calls()).toEqual({});
    expect(await query('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
  });

  test('but 100 errors all leave', async () => {
    const { query } = await gatewayForTest();
    const { errors = [] } = await query(`{ campaigns { ${names(100)} } }`);
    expect(errors.map(({ message }) => message)).toEqual(
      Array.from({ length: 100 }, (_, n) => `Cannot query field "x${n}" on type "CampaignConnection".`),
    );
  });

  test('when many root fields lack a credential, and the log has their code', async () => {
    const { log, requests } = capturedLog();
    const { query, calls } = await gatewayForTest({ env: ANY_SIZE, log });
    const fields = Array.from({ length: 130 }, (_, n) => `a${n}: user(id: "user-1") { id }`);
    const { data, errors } = await query(`{ ${fields.join(' ')} }`, {}, null);
    expect(Object.values(data)).toEqual(fields.map(() => null));
    expectFew(errors, 'UNAUTHENTICATED', 31);
    expect(calls()).toEqual({});
    expect(requests()[0]?.['errorCodes']).toEqual(['UNAUTHENTICATED']);
  });

  test.each([1, Infinity])('when a field of many rows is a defect (compiled at hit %s)', async (hit) => {
    const { log, others, requests } = capturedLog();
    const schema = schemaWithDefect(() => new Error('secret'));
    const { query } = await gatewayForTest({ schema, log, compileAtHit: hit });
    const { data, errors } = await query(screen('defect other: defect'));
    expect(data.campaignInteractions.nodes).toHaveLength(100);
    expectFew(errors, 'INTERNAL_SERVER_ERROR', 101);
    expect(errors?.[0]).toMatchObject({
      path: ['campaignInteractions', 'nodes', 0, 'defect'],
      locations: [{ line: 1, column: expect.any(Number) }],
    });
    expect(others()).toHaveLength(99);
    expect(requests()[0]?.['errorCodes']).toEqual(['INTERNAL_SERVER_ERROR']);
  });

  test('when a field of many rows does not fit the schema', async () => {
    const schema = schemaWithDefect(() => new GraphQLError('secret'));
    const { query } = await gatewayForTest({ schema });
    const { errors } = await query(screen('defect other: defect'));
    expectFew(errors, 'UPSTREAM_BAD_RESPONSE', 101);
    expect(JSON.stringify(errors)).not.toContain('secret');
  });

  test('in each event of a subscription', async () => {
    const broken = Array.from({ length: 150 }, (_, n) => `no object ${n}`);
    const { subscribe } = await subscriptionGatewayForTest(async function* source() {
      yield broken;
      yield broken.slice(0, 120);
    });
    const nullable = `subscription { campaigns(campaignId: "${CAMPAIGN_ID}") { id } }`;
    const { results } = await subscribe({ query: nullable });
    expect(results.map(({ errors = [] }) => errors.length)).toEqual([1, 1]);
    const invalid = await subscribe({
      query: `subscription { campaign(campaignId: "a") { ${names(150)} } }`,
    });
    expectFew(invalid.results[0]?.errors, 'GRAPHQL_VALIDATION_FAILED', 51);
  });
});

test('conflicting fields are located at ten places at most', async () => {
  const { query } = await gatewayForTest();
  const fields = (from: number) =>
    Array.from({ length: 20 }, (_, n) => `interactions(first: ${from + n}) { totalCount }`).join(' ');
  const { errors = [] } = await query(
    `{ campaign(id: "a") { ${fields(0)} } campaign(id: "a") { ${fields(50)} } }`,
  );
  expect(errors.length).toBeGreaterThan(0);
  expect(Math.max(...errors.map(({ locations = [] }) => locations.length))).toBe(10);
});

test('locations are right after many line breaks of each kind', async () => {
  const { query } = await gatewayForTest();
  const { errors } = await query(`${'\n\r\n\r'.repeat(500)}{ nope\n  campaigns { nope } }`);
  expect(errors?.map(({ locations }) => locations)).toEqual([
    [{ line: 1002, column: 3 }],
    [{ line: 1003, column: 15 }],
  ]);
});
