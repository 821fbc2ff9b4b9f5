import {
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isEnumType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { GraphQLAnswer } from '../support/gateway.ts';
import type { SelectedFields } from './selected-fields.ts';

/**
 * Problems of an answer, judged by the schema and the operation alone: keys that were not asked for or are missing, values
 * that do not fit their type, errors whose path leads nowhere.
 */
export function answerProblems(
  schema: GraphQLSchema,
  fields: SelectedFields,
  answer: GraphQLAnswer,
): string[] {
  const problems: string[] = [];

  function object(value: unknown, type: GraphQLObjectType, selected: SelectedFields, path: string): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      problems.push(`${path}: ${JSON.stringify(value)} is no object`);
      return;
    }
    const given = new Map<string, unknown>(Object.entries(value));
    const wanted = selected(type);
    for (const key of given.keys()) if (!wanted.has(key)) problems.push(`${path}.${key} was not asked for`);
    for (const [key, { name, below }] of wanted) {
      if (!given.has(key)) problems.push(`${path}.${key} is missing`);
      else if (name === '__typename') leaf(given.get(key) === type.name, given.get(key), '__typename', path);
      else {
        const field = type.getFields()[name];
        if (field) complete(given.get(key), field.type, below, `${path}.${key}`);
        else problems.push(`${path}.${key}: ${type.name} has no ${name}`);
      }
    }
  }

  function complete(value: unknown, type: GraphQLOutputType, below: SelectedFields, path: string): void {
    if (isNonNullType(type)) {
      if (value === null) problems.push(`${path} is null and may not be`);
      else complete(value, type.ofType, below, path);
    } else if (value === null) {
      return;
    } else if (isListType(type)) {
      if (Array.isArray(value)) {
        for (const [index, element] of value.entries())
          complete(element, type.ofType, below, `${path}.${index}`);
      } else problems.push(`${path}: ${JSON.stringify(value)} is no list`);
    } else if (isObjectType(type)) object(value, type, below, path);
    else if (isInterfaceType(type)) object(value, typeOf(value, type), below, path);
    else if (isEnumType(type)) {
      leaf(
        type.getValues().some(({ name }) => name === value),
        value,
        type.name,
        path,
      );
    } else leaf(scalars[String(type)]?.(value) ?? false, value, String(type), path);
  }

  /** Type that an object of several possible types says, which operations have to ask it for. */
  function typeOf(value: unknown, type: GraphQLInterfaceType): GraphQLObjectType {
    const name: unknown = Reflect.get(Object(value), '__typename');
    const said = schema.getPossibleTypes(type).find((possible) => possible.name === name);
    if (said === undefined)
      throw new TypeError(`${JSON.stringify(value)} does not say a type of ${type.name}.`);
    return said;
  }

  function leaf(fits: boolean, value: unknown, type: string, path: string): void {
    if (!fits) problems.push(`${path}: ${JSON.stringify(value)} is no ${type}`);
  }

  const query = schema.getQueryType();
  if (!query) throw new TypeError('The schema has queries.');
  object(answer.data, query, fields, 'data');
  for (const { path, message } of answer.errors ?? []) {
    if (typeof message !== 'string' || message === '') problems.push('An error has no message');
    let node: unknown = answer.data;
    for (const key of path ?? ['an error without a path']) {
      // A path may go on below null; anywhere else it has to exist.
      if (node === null) break;
      node = typeof node === 'object' ? Reflect.get(Object(node), key) : undefined;
      if (node === undefined) problems.push(`errors: ${path?.join('.')} leads nowhere`);
    }
  }
  return problems;
}

const scalars: Readonly<Record<string, (value: unknown) => boolean>> = {
  Boolean: (value) => typeof value === 'boolean',
  DateTime: (value) =>
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/.test(value) &&
    !Number.isNaN(Date.parse(value)),
  Float: (value) => Number.isFinite(value),
  ID: (value) => typeof value === 'string',
  Int: (value) => Number.isInteger(value) && Math.abs(Number(value)) <= 2 ** 31 - 1,
  JSON: (value) => value !== undefined,
  String: (value) => typeof value === 'string',
};
