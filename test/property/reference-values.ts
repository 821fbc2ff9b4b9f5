/**
 * Second implementation of the contract's reading of upstream values, simple rather than fast, with which the answers of
 * the gateway are compared. It shares no code with the gateway.
 */
import {
  type GraphQLEnumType,
  type GraphQLOutputType,
  isEnumType,
  isListType,
  isNonNullType,
  isScalarType,
} from 'graphql';

/** Thrown for a value that could not be known; an absent value is null. */
export class CouldNotBeKnown extends Error {}

export type Row = Readonly<Record<string, unknown>>;

/** Object of the upstream; null for null and absent. */
export function objectIn(value: unknown): Row | null {
  if (value === undefined || value === null) return null;
  if (isRow(value)) return value;
  throw new CouldNotBeKnown('An object was expected.');
}

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** List of the upstream without its nulls; null for null and absent. */
export function listIn(value: unknown): unknown[] | null {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.filter((element) => element !== null);
  throw new CouldNotBeKnown('A list was expected.');
}

export interface Ref {
  readonly id: string;
  readonly name: string | null;
  readonly selfUri: string | null;
}

export function isId(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= 128 &&
    /^[A-Za-z0-9_.:-]+$/.test(value) &&
    !/^[.:]|[.:]$/.test(value)
  );
}

/** Reference of the upstream; null without an id, which refers to nothing. */
export function referenceIn(value: unknown): Ref | null {
  const row = objectIn(value);
  if (row === null || row['id'] === undefined || row['id'] === null) return null;
  if (!isId(row['id'])) throw new CouldNotBeKnown('The reference has something that is no id.');
  return { id: row['id'], name: textOrNull(row['name']), selfUri: textOrNull(row['selfUri']) };
}

export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** Leaf, or list of leaves, of this type. */
export function leafIn(value: unknown, type: GraphQLOutputType): unknown {
  if (isNonNullType(type)) return leafIn(value, type.ofType);
  if (isListType(type)) return listIn(value)?.map((element) => leafIn(element, type.ofType)) ?? null;
  if (value === undefined || value === null) return null;
  if (isEnumType(type)) return enumValueIn(value, type);
  if (isScalarType(type) && isOfScalar[type.name]?.(value) === true) {
    return type.name === 'DateTime' ? utc(value) : value;
  }
  throw new CouldNotBeKnown(`A value of type ${String(type)} was expected.`);
}

const isOfScalar: Readonly<Record<string, (value: unknown) => boolean>> = {
  Boolean: (value) => typeof value === 'boolean',
  DateTime: (value) => utc(value) !== null,
  Float: (value) => typeof value === 'number',
  ID: (value) => typeof value === 'string',
  Int: (value) => typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 31,
  JSON: isRow,
  String: (value) => typeof value === 'string',
};

/** Date and time in UTC, of the forms in generated upstreams; other forms have their own tests. */
export function utc(text: unknown): string | null {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?(Z|[+-]\d\d:\d\d)$/.test(text))
    return null;
  const iso = new Date(text).toISOString();
  return text.includes('.') ? iso : iso.replace('.000', '');
}

const dispositionCodes: Readonly<Record<string, string>> = {
  'disposition.classification.callable.person': 'LIVE_VOICE',
  'disposition.classification.callable.machine': 'MACHINE',
  'disposition.classification.callable.busy': 'BUSY',
  'disposition.classification.callable.noanswer': 'NO_ANSWER',
  'disposition.classification.callable.disconnect': 'DISCONNECT',
  'disposition.classification.callable.fax': 'FAX',
  'disposition.classification.callable.sit': 'SIT_CALLABLE',
  'disposition.classification.uncallable.sit': 'SIT_UNCALLABLE',
};

function enumValueIn(value: unknown, type: GraphQLEnumType): string {
  if (typeof value !== 'string') throw new CouldNotBeKnown('A text was expected.');
  const names = new Set(type.getValues().map(({ name }) => name));
  if (type.name === 'Disposition') {
    const name = dispositionCodes[value] ?? value;
    return names.has(name) ? name : 'OUTDATEDSDKVERSION';
  }
  const name = value.toUpperCase();
  return names.has(name) ? name : 'UNKNOWN';
}
