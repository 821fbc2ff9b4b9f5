/**
 * Second implementation of the contract's reading of upstream values, simple rather than fast, with which the answers of
 * the gateway are compared. It shares no code with the gateway.
 */
import {
  getNamedType,
  type GraphQLEnumType,
  type GraphQLOutputType,
  isEnumType,
  isListType,
  isNonNullType,
  isScalarType,
} from 'graphql';

/** Thrown for a value that could not be known; an absent value is null. */
export class CouldNotBeKnown extends Error {}

/** Thrown for an object that is null, because a value in it that cannot be null could not be known. */
export class NullBelow extends CouldNotBeKnown {}

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
  /** Text, or else nothing that can be shown. */
  readonly id: unknown;
  readonly name: string | null;
  readonly selfUri: string | null;
  /** False when no call may carry the id. */
  readonly isUsable: boolean;
}

/** Id that calls may carry. */
export function usableId({ id, isUsable }: Ref): string {
  if (isUsable && typeof id === 'string') return id;
  throw new CouldNotBeKnown('The reference has something that is no id.');
}

export function isId(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= 128 &&
    /^[A-Za-z0-9_.:-]+$/.test(value) &&
    !/^[.:]|[.:]$/.test(value)
  );
}

export function isContactId(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= 512 && !/\p{Cc}/u.test(value);
}

/** Reference of the upstream; null without an id, which refers to nothing. */
export function referenceIn(value: unknown, isUsable: (id: unknown) => boolean = isId): Ref | null {
  const row = objectIn(value);
  const id = row?.['id'];
  if (row === null || id === undefined || id === null || id === '') return null;
  return { id, name: nameOrNull(row['name']), selfUri: textOrNull(row['selfUri']), isUsable: isUsable(id) };
}

/** Rows that the vendor gives ids a meaning by, without a call. */
export function builtInRow(type: string, id: unknown): Row | null {
  if (type === 'Division' && id === '*') return { id, name: 'All divisions' };
  return type === 'WrapUpCode' && /^ININ-/i.test(String(id)) ? { id, name: id } : null;
}

/** Id of a node, made of its kind and what tells it from others of the kind. */
export function nodeIdOf(...parts: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** Parts of a node's id. */
export function nodePartsIn(nodeId: string): unknown[] {
  const parts: unknown = JSON.parse(Buffer.from(nodeId, 'base64url').toString());
  return Array.isArray(parts) ? parts : [];
}

export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

export function nameOrNull(value: unknown): string | null {
  return typeof value === 'string' && /\S/.test(value) ? value : null;
}

/** Fields whose empty texts stay. */
const written: ReadonlySet<string> = new Set([
  'CallRecord.column',
  'ContactList.columnNames',
  'Queue.description',
  'Wrapup.notes',
]);

/** Value of a field without what stands for nothing: empty texts, and names of blanks. */
export function presentIn(field: string, value: unknown, type: GraphQLOutputType): unknown {
  const named = getNamedType(type);
  const isText = isEnumType(named) || named.name === 'String' || named.name === 'ID';
  if (typeof value !== 'string' || written.has(field) || !isText) return value;
  return /\.(name|callerName)$/.test(field) ? nameOrNull(value) : textOrNull(value);
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
    const name = dispositionCodes[value.toLowerCase()] ?? value.toUpperCase();
    return names.has(name) ? name : 'OUTDATEDSDKVERSION';
  }
  const isSame = (name: string) => name.replaceAll('_', '') === value.toUpperCase().replaceAll(/[ _-]/g, '');
  return [...names].find(isSame) ?? 'UNKNOWN';
}
