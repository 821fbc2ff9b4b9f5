import { buildSchema, getOperationAST, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { fragmentsOf } from '../../../src/executor/collect-fields.ts';
import { servedSchema } from '../../../src/federation/served-schema.ts';
import { estimateAnswerFields } from '../../../src/operations/answer-fields.ts';

const served = await servedSchema({ subgraph: true });

function estimateOf(query: string, campaignsPerPage = 100, schema = served): number {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  const operation = getOperationAST(document);
  if (!operation) throw new TypeError('There is an operation.');
  return estimateAnswerFields({ schema, fragments: fragmentsOf(document), variableValues: {} }, operation, {
    campaignsPerPage,
  });
}

const list = (selection: string, first = 10) =>
  `campaignInteractions(campaignId: "campaign-1", first: ${first}) { ${selection} }`;

describe('the estimate of an answer', () => {
  test.each([
    [
      'counts leaves, objects and elements of lists',
      `{ ${list('nodes { id agent { name } }')} }`,
      2 + 10 * 4,
    ],
    [
      'counts rows twice that are selected twice',
      `{ ${list('nodes { id } edges { node { id } }')} }`,
      3 + 10 * 5,
    ],
    [
      'counts pages in full, each for every row of the one around it',
      `{ ${list('nodes { campaign { interactions(first: 7) { nodes { id } } } }')} }`,
      2 + 10 * (1 + 3 + 7 * 2),
    ],
    [
      'counts each alias of a list by its own page',
      `{ a: ${list('...P', 1)} b: ${list('...P', 1000)} } fragment P on CampaignInteractionConnection { nodes { id } }`,
      4 + 1001 * 2,
    ],
    [
      'counts a field once that several fragments select',
      `{ ${list('nodes { agent { id } ...A ... on CampaignInteraction { agent { name } } }')} }
       fragment A on CampaignInteraction { agent { id } }`,
      2 + 10 * 4,
    ],
    [
      'counts fragments only on types that they apply to',
      `{ _entities(representations: [{ __typename: "Queue", id: "q" }, { __typename: "Skill", id: "s" }]) {
         ... on DomainEntity { id } ... on Skill { name } } }`,
      1 + 2 + 3,
    ],
    [
      'counts lists of entities for each representation',
      `{ _entities(representations: [{ __typename: "Campaign", id: "a" }, { __typename: "Campaign", id: "a" }]) {
         ... on Campaign { interactions(first: 1000) { nodes { id } } } } }`,
      1 + 2 * (1 + 2 + 1000 * 2),
    ],
    [
      'takes usual lengths for lists that only the data can tell',
      `{ user(id: "u") { skills { proficiency } } }`,
      2 + 5 * 2,
    ],
    ['counts no rows of an empty page', `{ ${list('totalCount nodes { id agent { name } }', 0)} }`, 3],
  ])('%s', (_what, query, fields) => {
    expect(estimateOf(query)).toBe(fields);
  });

  test('takes the usual number of campaigns for a page of campaigns', () => {
    const query = '{ campaigns(first: 50) { nodes { interactions(first: 100) { nodes { id } } } } }';
    expect(estimateOf(query)).toBe(2 + 50 * (1 + 2 + 100 * 2));
    expect(estimateOf(query, 8)).toBe(2 + 8 * (1 + 2 + 100 * 2));
  });

  test('visits a fragment once, however many ways lead to it', () => {
    const doubling = Array.from(
      { length: 40 },
      (_, n) => `fragment F${n} on User { a: manager { ...F${n + 1} } b: manager { ...F${n + 1} } }`,
    );
    const query = `{ user(id: "u") { ...F0 } } ${doubling.join(' ')} fragment F40 on User { id }`;
    // 2, 4, 8, … managers, the last of them with an id each.
    expect(estimateOf(query)).toBe(1 + (2 ** 41 - 2) + 2 ** 40);
  });

  test('visits a part of the schema once at each position of introspection', () => {
    const loops = Array.from({ length: 100 }, (_, n) => `f${n}: Query`);
    const looping = buildSchema(`type Query { ${loops.join(' ')} }`);
    const fields = Array.from(
      { length: 6 },
      (_, n) => `a${n}: fields { type { fields { type { ofType { name } } } } }`,
    );
    const ofField = 2 + 1 + 100 * 3;
    expect(estimateOf(`{ __type(name: "Query") { ${fields.join(' ')} } }`, 100, looping)).toBe(
      1 + 6 * (1 + 100 * ofField),
    );
  });

  test('gives up on introspection with too many different parts', () => {
    const parts = Array.from(
      { length: 150 },
      (_, n) =>
        `a${n}: fields { name type { name fields { name type { ofType { name ofType { name } } } } } }`,
    );
    expect(estimateOf(`{ __schema { types { ${parts[0]} } } }`)).toBeGreaterThan(2000);
    expect(estimateOf(`{ __schema { types { ${parts.join(' ')} } } }`)).toBe(Number.MAX_SAFE_INTEGER);
  });
});
