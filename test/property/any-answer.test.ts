import * as fc from 'fast-check';
import { getNamedType, type GraphQLObjectType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { compareWithReference, sdl } from './compare-with-reference.ts';
import { upstreamPlans } from './generated-upstream.ts';
import { propertyRuns, timeout } from './property-runs.ts';
import { isRow, nodeIdOf } from './reference-values.ts';
import { resourcesById } from './resource-table.ts';

/** Selection of all fields of a type, `depth` objects deep. */
function everythingOf(type: GraphQLObjectType, depth: number): string {
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const below = getNamedType(field.type);
    if (!isObjectType(below)) return field.name;
    return depth === 0 ? [] : `${field.name} ${everythingOf(below, depth - 1)}`;
  });
  return `{ __typename ${fields.join(' ')} }`;
}

function everything(typeName: string, depth: number): string {
  const type = sdl.getType(typeName);
  if (!isObjectType(type)) throw new TypeError(`${typeName} is an object type.`);
  return everythingOf(type, depth);
}

const rootsById = resourcesById.map(({ root, depth = 1, type, ids: [id] }) =>
  root === undefined ? '' : `${root}(id: "${id}") ${everything(type, depth)}`,
);

const nodes: readonly (readonly [type: string, ...parts: (string | number)[]])[] = [
  ...resourcesById.map(({ type, ids: [id] }) => [type, type, id] as const),
  ['CampaignInteraction', 'CampaignInteraction', 'campaign-1', 'interaction-000'],
  ['Contact', 'Contact', 'list-1', 'contact-0'],
  ['Contact', 'ContactOfCampaign', 'campaign-1', 'contact-0'],
  ['Participant', 'Participant', 'conversation-0', 0],
];

const screens: readonly [string, string][] = [
  [
    'all interactions of a campaign, with all fields of related objects',
    `{ campaignInteractions(campaignId: "campaign-1") ${everything('CampaignInteractionConnection', 4)} }`,
  ],
  [
    'a page of campaigns, with all fields of related objects',
    `{ campaigns(first: 2) ${everything('CampaignConnection', 3)} }`,
  ],
  [
    'one entity of each kind by its id',
    `{
      ${rootsById.join(' ')}
      other: user(id: "user-1") { name manager { email } }
      contact(contactListId: "list-1", id: "contact-0") ${everything('Contact', 2)}
      same: contact(contactListId: "list-2", id: "contact-0") ${everything('Contact', 2)}
    }`,
  ],
  [
    'nodes of all kinds',
    `{ ${nodes
      .map(
        ([type, ...parts], n) =>
          `n${n}: node(nodeId: "${nodeIdOf(...parts)}") { __typename nodeId ... on ${type} ${everything(type, 1)} }`,
      )
      .join(' ')} }`,
  ],
];

describe('whatever the upstream answers, the answer fits the schema, has the right data for each id and takes no unneeded call', () => {
  test.each(screens)('for %s', { timeout }, async (_what, query) => {
    const operation = { query, variables: {}, values: {} };
    const property = fc.asyncProperty(upstreamPlans, async (plan) => {
      const { found, expected, described } = await compareWithReference(plan, operation);
      expect(found, described).toEqual(expected);
    });
    await fc.assert(property, propertyRuns);
  });
});

test('every field of every type is other than null in some case, so that there is something to compare', async () => {
  const seen = new Set<string>();
  for (const plan of fc.sample(upstreamPlans, { seed: 1, numRuns: 15 })) {
    for (const [, query] of screens) {
      const whole = { ...plan, damage: [], oddities: {}, failing: null };
      const { found } = await compareWithReference(whole, { query, variables: {}, values: {} });
      noteFields(found.data, seen);
    }
  }
  const fields = Object.values(sdl.getTypeMap())
    .filter((type) => isObjectType(type))
    .filter(({ name }) => !name.startsWith('__') && name !== 'Query')
    .flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`));
  expect(fields.filter((field) => !seen.has(field))).toEqual([]);
});

/** Adds `Type.field` for each value other than null; each object must have its `__typename`. */
function noteFields(value: unknown, seen: Set<string>): void {
  if (Array.isArray(value)) for (const element of value) noteFields(element, seen);
  if (!isRow(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    if (inner !== null) seen.add(`${String(value['__typename'])}.${key}`);
    noteFields(inner, seen);
  }
}
