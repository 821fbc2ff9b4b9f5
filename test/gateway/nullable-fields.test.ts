import { isNonNullType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { AlterFault, Fault } from '../../src/sandbox/fault.ts';
import { isEnvelope, isRows, type Row } from '../support/answers.ts';
import { everyField, publishedSchema } from '../support/every-field.ts';
import { ANY_SIZE, gatewayForTest } from '../support/gateway.ts';
import { CAMPAIGN_ID, CONTACT_LIST_ID } from '../support/organisation.ts';

const query = `{
  campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 2) { ${everyField('CampaignInteractionConnection', 4)} }
  campaigns { ${everyField('CampaignConnection', 3)} }
  none: campaigns(filter: { ids: [] }) { pageInfo { ${everyField('PageInfo', 0)} } }
  campaign(id: "${CAMPAIGN_ID}") {
    ${everyField('Campaign', 2)} interactions(first: 1) { totalCount } bulk: stats { __typename idleAgents }
  }
  user(id: "user-1") { ${everyField('User', 3)} }
  queue(id: "queue-1") { ${everyField('Queue', 1)} }
  skill(id: "skill-1") { ${everyField('Skill', 1)} }
  script(id: "script-1") { ${everyField('Script', 1)} }
  contactList(id: "${CONTACT_LIST_ID}") { ${everyField('ContactList', 1)} }
  contact(contactListId: "${CONTACT_LIST_ID}", id: "contact-1") { ${everyField('Contact', 2)} }
  conversation(id: "conversation-0") { ${everyField('Conversation', 3)} }
}`;

type Change = (row: Row) => Row;

const LISTS = /^(pending|proceeding|previewing|interacting|scheduled)Interactions$/;

/** Fault that changes the rows of all answers. */
function changedRows(change: Change): AlterFault {
  const changed = (body: unknown): unknown => {
    if (isRows(body)) return body.map(change);
    if (isEnvelope(body)) return { ...body, total: undefined, entities: body.entities.map(change) };
    if (!isRow(body)) return body;
    const entries = Object.entries(body);
    if (!entries.some(([key]) => LISTS.test(key))) return change(body);
    return Object.fromEntries(entries.map(([key, rows]) => [key, isRows(rows) ? rows.map(change) : rows]));
  };
  return { kind: 'alter', resource: 'api', alter: changed };
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Ids by which rows and references are told apart. */
const IDS = new Set(['id', 'code', 'userId', 'queueId', 'contactListId']);

/** Copy of a value, each leaf of which is given by `leaf`. The columns of a contact stay. */
function withLeaves(value: unknown, leaf: (key: string, value: unknown) => unknown, key = ''): unknown {
  if (key === 'data' || key === 'attributes') return value;
  if (Array.isArray(value)) return value.map((each) => withLeaves(each, leaf, key));
  if (!isRow(value)) return leaf(key, value);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, withLeaves(inner, leaf, name)]),
  );
}

/** Parts of a row without which the gateway could not tell what the row is about. */
function identityOf({ id, campaign, contactListId }: Row): Row {
  const about = isRow(campaign) && id === undefined ? { campaign: { id: campaign['id'] } } : {};
  return { ...(id !== undefined && { id }), ...about, ...(contactListId !== undefined && { contactListId }) };
}

const unreadableLeaves = changedRows((row) =>
  Object(withLeaves(row, (key, value) => (IDS.has(key) ? value : { unreadable: true }))),
);
const unreadableParts = changedRows((row) => ({
  ...Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, typeof value === 'object' && value !== null ? 7 : value]),
  ),
  ...identityOf(row),
}));

/** Upstreams that leave much out, or answer what cannot be read. */
const upstreams: Readonly<Record<string, readonly Fault[]>> = {
  'has values of wrong types': [unreadableLeaves],
  'has something else where objects and lists should be': [unreadableParts],
  'has rows of nothing but their ids': [changedRows(identityOf)],
  'has objects of nothing': [
    changedRows((row) => ({
      ...Object(withLeaves(row, () => undefined)),
      ...identityOf(row),
      // Without an id there would be no conversation to look at.
      ...(isRow(row['conversation']) && {
        conversation: {
          ...Object(withLeaves(row['conversation'], () => undefined)),
          id: row['conversation']['id'],
        },
      }),
    })),
  ],
  'has participants of nothing': [
    changedRows((row) => ({
      ...row,
      ...('participants' in row && { participants: [{}] }),
      ...(isRow(row['conversation']) && { conversation: { ...row['conversation'], participants: [{}] } }),
    })),
  ],
  'does not tell the contact list': [
    changedRows(({ contact, conversation: _conversation, contactList: _list, ...row }) => ({
      ...row,
      ...(isRow(contact) && { contact: { id: contact['id'] } }),
    })),
  ],
  'fails to give figures and lists': [
    { kind: 'status', resource: 'campaignProgress', status: 500 },
    { kind: 'status', resource: 'campaignStats', status: 500 },
    { kind: 'status', resource: 'campaignInteractions', status: 500 },
  ],
};

async function answerOf(faults: readonly Fault[]) {
  const gateway = await gatewayForTest({ env: ANY_SIZE, faults });
  const { data } = await gateway.query(query);
  return data;
}

/** Adds `Type.field` for each null of an answer. */
function noteNulls(value: unknown, nulls: Set<string>): Set<string> {
  if (Array.isArray(value)) for (const element of value) noteNulls(element, nulls);
  if (!isRow(value)) return nulls;
  for (const [key, inner] of Object.entries(value)) {
    if (inner === null) nulls.add(`${String(value['__typename'])}.${key === 'bulk' ? 'stats' : key}`);
    noteNulls(inner, nulls);
  }
  return nulls;
}

/** Answer with a dot for each leaf, null or not: the objects and lists that it has. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    const isOfObjects = value.some((each) => isRow(each));
    return isOfObjects ? value.map(shapeOf) : '·';
  }
  if (!isRow(value) || !('__typename' in value || Object.values(value).some((each) => isRow(each))))
    return '·';
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
}

const fields = Object.values(publishedSchema.getTypeMap())
  .filter(isObjectType)
  .filter(({ name }) => !name.startsWith('__'))
  .flatMap((type) =>
    Object.values(type.getFields()).map((field) => ({ name: `${type.name}.${field.name}`, field })),
  );

describe('a field can be null', () => {
  test('only if some upstream makes it so: what the gateway itself can promise is not nullable', async () => {
    const nulls = new Set<string>();
    for (const faults of Object.values(upstreams)) noteNulls(await answerOf(faults), nulls);
    const nullable = fields.filter(
      ({ name, field }) => !isNonNullType(field.type) && !name.startsWith('Query.'),
    );
    const inVain = nullable.map(({ name }) => name).filter((name) => !nulls.has(name));
    expect(inVain).toEqual([]);
  });

  test('if it is a root field, for a call can fail', () => {
    const roots = fields.filter(({ name }) => name.startsWith('Query.'));
    expect(roots.filter(({ field }) => isNonNullType(field.type)).map(({ name }) => name)).toEqual([]);
  });

  test('for itself alone: no object or list is lost with a value of a wrong type in it', async () => {
    const [whole, damaged] = [await answerOf([]), await answerOf([unreadableLeaves])];
    expect(shapeOf(damaged)).toEqual(shapeOf(whole));
  });

  test('for itself alone: no row is lost with an object or list in it that is something else', async () => {
    const { campaignInteractions, campaigns, none, ...rows } = await answerOf([unreadableParts]);
    expect([campaignInteractions, campaigns].map(({ nodes }) => nodes.length)).toEqual([2, 1]);
    expect(Object.keys(rows).filter((key) => rows[key] === null)).toEqual([]);
    expect(none).not.toBeNull();
  });
});
