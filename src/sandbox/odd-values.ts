import type { AlterFault } from './fault.ts';
import { hash32 } from './random.ts';
import { isUuid } from './same-case.ts';

type Alter = AlterFault['alter'];
type Properties = Readonly<Record<string, unknown>>;

/** Rows of an answer keep their own names; only what they refer to, or hold, has an empty one. */
export const withEmptyNames: Alter = (body, { resource }) => {
  if (resource === 'tokens') return body;
  return mapObjects(body, (object, { depth }) => {
    const { name, queueName } = object;
    const empty = hash32(String(object['id'])) % 3 === 0 ? '  ' : '';
    return {
      ...object,
      // Contacts have no name of their own: the customer's columns do.
      ...(typeof name === 'string' && (depth > 0 || 'contactListId' in object) && { name: empty }),
      ...(typeof queueName === 'string' && { queueName: empty }),
    };
  });
};

/** Codes that the vendor sets by itself. Lookups do not know them. */
const SYSTEM_CODES = ['ININ-WRAP-UP-TIMEOUT', 'ININ-WRAP-UP-SKIPPED'];

/** Wrap-ups with a system code, whose name is the code, empty or absent. */
export const withSystemWrapUps: Alter = (body) =>
  mapObjects(body, (object) => {
    const { id, wrapup } = object;
    if (!isObject(wrapup)) return object;
    const drawn = hash32(String(id));
    const code = SYSTEM_CODES[drawn % 2] ?? '';
    const { name: _name, ...nameless } = wrapup;
    const named = [{ name: code }, { name: '' }, {}][(drawn >>> 1) % 3];
    return { ...object, wrapup: { ...nameless, code, ...named } };
  });

/** Every second row belongs to all divisions. */
export const withAllDivisions: Alter = (body) =>
  mapObjects(body, (object) => {
    if (!('division' in object) || hash32(String(object['id'])) % 2 === 0) return object;
    return { ...object, division: { id: '*', name: '', selfUri: '/api/v2/authorization/divisions/*' } };
  });

/** Properties that hold a reference, and properties that hold an id. A contact's id is the customer's own text. */
const REFERENCES = new Set([
  'agent',
  'campaign',
  'contactList',
  'division',
  'manager',
  'queue',
  'script',
  'skills',
]);
const IDS = new Set([
  'userId',
  'queueId',
  'code',
  'campaignId',
  'contactListId',
  'dialerCampaignId',
  'dialerContactListId',
]);

/** References with their UUIDs in upper case; the rows that they refer to have lower case. */
export const withIdsInUpperCase: Alter = (body) =>
  mapObjects(body, (object, { key, depth }) => {
    const isReference = depth > 0 && REFERENCES.has(key);
    return Object.fromEntries(
      Object.entries(object).map(([name, value]) => [
        name,
        typeof value === 'string' && isUuid(value) && (IDS.has(name) || (isReference && name === 'id'))
          ? value.toUpperCase()
          : value,
      ]),
    );
  });

const TEXTS = new Set([
  'callerAddress',
  'callerName',
  'campaignStatus',
  'department',
  'description',
  'destinationAddress',
  'dialingMode',
  'disconnectType',
  'disposition',
  'lastResult',
  'notes',
  'startPageName',
  'state',
  'status',
  'systemPresence',
  'title',
]);

/** Texts and values of enums that are there and empty. */
export const withEmptyTexts: Alter = (body) =>
  mapObjects(body, (object) =>
    Object.fromEntries(
      Object.entries(object).map(([name, value]) => [
        name,
        typeof value === 'string' && TEXTS.has(name) ? '' : value,
      ]),
    ),
  );

interface Place {
  /** Property that holds the object, or the list of objects. */
  readonly key: string;
  /** 0 for the rows of an answer, and for an answer that is one object. */
  readonly depth: number;
}

/** Copy of the answer in which `change` has seen each object, the inner ones first. A contact's columns stay. */
function mapObjects(body: unknown, change: (object: Properties, place: Place) => Properties): unknown {
  const map = (value: unknown, place: Place): unknown => {
    if (Array.isArray(value)) return value.map((item) => map(item, place));
    if (!isObject(value)) return value;
    const inner = Object.entries(value).map(([key, item]) => [
      key,
      key === 'data' ? item : map(item, { key, depth: key === 'entities' ? 0 : place.depth + 1 }),
    ]);
    return change(Object.fromEntries(inner), place);
  };
  return map(body, { key: '', depth: 0 });
}

function isObject(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
