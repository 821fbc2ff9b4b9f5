import {
  defaultFieldResolver,
  type FieldNode,
  getNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import { SHORT_CODE_UNITS } from '../lib/json-length.ts';
import { collectFields } from './collect-fields.ts';
import { type Conditions, includedBy } from './conditions.ts';
import { type Operation, ResponsePosition, type SelectedField, type SelectedObject } from './state.ts';
import { stepsOf } from './step-counts.ts';

/** Field that nodes select on a type, or the response key of `__typename`. Null when the type has no such field. */
export function selectedField(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  key: string,
  nodes: readonly [FieldNode, ...FieldNode[]],
): SelectedField | string | null {
  const name = nodes[0].name.value;
  if (name === TypeNameMetaFieldDef.name) return key;
  const definition =
    type === schema.getQueryType()
      ? (rootFields.get(name) ?? type.getFields()[name])
      : type.getFields()[name];
  if (definition === undefined) return null;
  const { resolve } = definition;
  return {
    key,
    parentType: type,
    definition,
    resolve: resolve === undefined || resolve === defaultFieldResolver ? null : resolve,
    nodes,
  };
}

/** Introspection fields of the query root, which are among no type's fields. */
const rootFields = new Map([SchemaMetaFieldDef, TypeMetaFieldDef].map((field) => [field.name, field]));

/** Maximum number of positions of one operation. Fragments can make many out of a short text, and compiled code is kept. */
export const MAX_POSITIONS = 1000;

/** Selection of the root of an operation, and all response positions. Null when the operation cannot be compiled. */
export function selectPositions(
  operation: Operation,
  conditions: Conditions,
): { root: SelectedObject; positions: ResponsePosition[] } | null {
  const isIncluded = includedBy(conditions);
  const positions: ResponsePosition[] = [];

  function select(
    type: GraphQLObjectType,
    nodes: readonly Pick<FieldNode, 'selectionSet'>[],
    parent: ResponsePosition | null,
  ): SelectedObject | null {
    // `isTypeOf` would have to be called for every value.
    if (type.isTypeOf) return null;
    const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const fields: SelectedObject['fields'][number][] = [];
    for (const [key, fieldNodes] of collectFields(operation, isIncluded, type, selectionSets)) {
      const field = selectedField(operation.schema, type, key, fieldNodes);
      if (typeof field === 'string') {
        fields.push(field);
        continue;
      }
      if (field === null || positions.length >= MAX_POSITIONS) return null;
      const { definition } = field;
      const named = getNamedType(definition.type);
      if (isAbstractType(named)) return null;
      const position = new ResponsePosition(positions, field, definition.type, parent);
      const below = isObjectType(named) ? select(named, fieldNodes, innermostItem(position)) : null;
      if (below === null && isObjectType(named)) return null;
      if (below !== null) {
        innermostItem(position).objectSize = { fields: below.fields.length, length: below.namesLength };
      }
      fields.push({ position, below });
    }
    return selectedObject(type, fields);
  }

  const type = operation.schema.getRootType(operation.operation.operation);
  const root = type ? select(type, [operation.operation], null) : null;
  return root && { root, positions };
}

/** Selection of an object, with what all objects of the type cost here. */
export function selectedObject(type: GraphQLObjectType, fields: SelectedObject['fields']): SelectedObject {
  let namesLength = fields.length * SHORT_CODE_UNITS;
  for (const field of fields) {
    namesLength +=
      typeof field === 'string' ? field.length + type.name.length : field.position.field.key.length;
  }
  return { type, fields, steps: stepsOf(fields), namesLength };
}

function innermostItem(position: ResponsePosition): ResponsePosition {
  return position.item === null ? position : innermostItem(position.item);
}
