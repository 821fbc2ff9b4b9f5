import { readFileSync } from 'node:fs';
import { getNamedType, isEnumType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { RESOURCE_NAMES } from '../../src/sandbox/resource-names.ts';
import { everyField, publishedSchema } from '../support/every-field.ts';
import { ANY_SIZE, gatewayForTest } from '../support/gateway.ts';
import { CAMPAIGN_ID, CONTACT_LIST_ID } from '../support/organisation.ts';

const root = new URL('../../', import.meta.url);

/** Meaning of `""` by field, as the documentation says. */
const meanings = new Map(
  readFileSync(new URL('docs/upstream.md', root), 'utf8')
    .matchAll(/^\| `(\w+\.\w+)` +\| ([a-z, ]+?) +\|$/gm)
    .map(([, field = '', meaning = '']) => [field, meaning]),
);

/** Fields that the gateway itself gives. */
const ofTheGateway = new Set([
  'CallRecord.column',
  'CampaignEdge.cursor',
  'CampaignInteraction.campaignId',
  'CampaignInteraction.state',
  'CampaignInteractionConnection.observedAt',
  'CampaignInteractionEdge.cursor',
  'PageInfo.endCursor',
  'PageInfo.startCursor',
]);

const objectTypes = Object.values(publishedSchema.getTypeMap())
  .filter(isObjectType)
  .filter(({ name }) => !name.startsWith('__') && name !== 'Query');

test('the table of empty texts has every field that the upstream gives as text, and no other', () => {
  const texts = objectTypes.flatMap((type) =>
    Object.values(type.getFields())
      .filter(({ type: given }) => {
        const named = getNamedType(given);
        return isEnumType(named) || ['String', 'ID', 'DateTime'].includes(named.name);
      })
      .map(({ name }) => `${type.name}.${name}`),
  );
  expect([...meanings.keys()].toSorted()).toEqual(
    texts.filter((field) => !ofTheGateway.has(field) && !field.endsWith('.nodeId')).toSorted(),
  );
});

/** Properties that stay: without them there would be nothing to look at. */
const KEPT = /^(id|code|\w*Id)$/;

function withTexts(value: unknown, text: string): unknown {
  if (Array.isArray(value)) {
    return value.map((each: unknown) => (typeof each === 'string' ? text : withTexts(each, text)));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => [
      key,
      typeof inner === 'string' && !KEPT.test(key) ? text : withTexts(inner, text),
    ]),
  );
}

/** Values by field, of all objects in an answer. */
function valuesIn(data: unknown, values = new Map<string, Set<unknown>>()): Map<string, Set<unknown>> {
  if (Array.isArray(data)) for (const each of data) valuesIn(each, values);
  else if (typeof data === 'object' && data !== null) {
    const type = String(Reflect.get(data, '__typename'));
    for (const [field, value] of Object.entries(data)) {
      const key = `${type}.${field}`;
      const known = values.get(key) ?? new Set();
      for (const each of [value].flat()) known.add(each);
      values.set(key, known);
      valuesIn(value, values);
    }
  }
  return values;
}

const query = `{
  campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 2) { nodes { ${everyField('CampaignInteraction', 3)} } }
  campaign(id: "${CAMPAIGN_ID}") { ${everyField('Campaign', 2)} }
  user(id: "user-1") { ${everyField('User', 3)} }
  queue(id: "queue-1") { ${everyField('Queue', 1)} }
  skill(id: "skill-1") { ${everyField('Skill', 1)} }
  script(id: "script-1") { ${everyField('Script', 1)} }
  contactList(id: "${CONTACT_LIST_ID}") { ${everyField('ContactList', 1)} }
  contact(contactListId: "${CONTACT_LIST_ID}", id: "contact-1") { ${everyField('Contact', 2)} }
  conversation(id: "conversation-0") { ${everyField('Conversation', 3)} }
}`;

async function answerWithTexts(text: string) {
  const gateway = await gatewayForTest({
    env: ANY_SIZE,
    faults: RESOURCE_NAMES.map((resource) => ({
      kind: 'alter',
      resource,
      alter: (body) => withTexts(body, text),
    })),
  });
  const { data, errors = [] } = await gateway.query(query);
  return { values: valuesIn(data), errors };
}

describe('where every text of the upstream', () => {
  test('is empty, each field says what the table says', async () => {
    const { values, errors } = await answerWithTexts('');
    const wanted: Record<string, unknown> = { kept: [''], broken: [null], 'no object': 'an id' };
    const seen = Object.fromEntries(
      [...meanings.keys()].map((field) => [field, [...(values.get(field) ?? [])]]),
    );
    for (const [field, meaning] of meanings) {
      // Ids were left as they are.
      if (meaning === 'no object' || /\.\w*(Id|id)$/.test(field)) continue;
      expect(seen[field], field).toEqual(wanted[meaning] ?? [null]);
    }
    // Dates are broken, and nothing else.
    expect(new Set(errors.map(({ message }) => message.replace(/^\w+: /, '')))).toEqual(
      new Set(['the upstream gave a date that cannot be read.']),
    );
  });

  test('is of blanks, names are absent and other texts stay', async () => {
    const { values } = await answerWithTexts(' \t');
    const names = [...meanings].filter(([, meaning]) => meaning === 'absent, blanks too');
    for (const [field] of names) expect([...(values.get(field) ?? [])], field).toEqual([null]);
    expect([...(values.get('User.email') ?? [])]).toEqual([' \t']);
  });
});
