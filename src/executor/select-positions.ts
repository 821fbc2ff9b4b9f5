import {
  defaultFieldResolver,
  type FieldNode,
  getNamedType,
  type GraphQLObjectType,
  isAbstractType,
  isObjectType,
  TypeNameMetaFieldDef,
} from 'graphql';
import { collectFields } from './collect-fields.ts';
import type { Conditions } from './conditions.ts';
import { resolverOf } from './prepare-fields.ts';
import { type Operation, ResponsePosition } from './state.ts';

/** What is selected of an object: `__typename` by its response key alone, and positions of fields with what is below them. */
export interface SelectedObject {
  readonly type: GraphQLObjectType;
  readonly fields: readonly (SelectedPosition | string)[];
}

interface SelectedPosition {
  readonly position: ResponsePosition;
  /** Null of leaves. */
  readonly below: SelectedObject | null;
}

/** Fragments can make much out of little text, and what is compiled is kept. */
const MAX_SITES = 1000;

/** Everything that an operation selects, and all positions of it. Null where there is something that cannot be compiled. */
export function selectPositions(
  operation: Operation,
  conditions: Conditions,
): { root: SelectedObject; positions: ResponsePosition[] } | null {
  const positions: ResponsePosition[] = [];

  function select(
    type: GraphQLObjectType,
    nodes: readonly Pick<FieldNode, 'selectionSet'>[],
    parent: ResponsePosition | null,
  ): SelectedObject | null {
    // Whether a value is of its type would have to be asked of it.
    if (type.isTypeOf) return null;
    const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const fields: (SelectedPosition | string)[] = [];
    for (const [key, fieldNodes] of collectFields(operation, conditions, type, selectionSets)) {
      const name = fieldNodes[0]?.name.value ?? '';
      if (name === TypeNameMetaFieldDef.name) {
        fields.push(key);
        continue;
      }
      const definition = type.getFields()[name];
      if (definition === undefined || positions.length >= MAX_SITES) return null;
      const named = getNamedType(definition.type);
      if (isAbstractType(named)) return null;
      const resolver = resolverOf(definition);
      const resolve = resolver === defaultFieldResolver ? null : (resolver ?? null);
      const field = { key, parentType: type, definition, resolve, nodes: fieldNodes };
      const position = new ResponsePosition(positions, field, definition.type, parent);
      const below = isObjectType(named) ? select(named, fieldNodes, innermostItem(position)) : null;
      if (below === null && isObjectType(named)) return null;
      if (below !== null) innermostItem(position).fieldCount = below.fields.length;
      fields.push({ position, below });
    }
    return { type, fields };
  }

  const type = operation.schema.getRootType(operation.operation.operation);
  const root = type ? select(type, [operation.operation], null) : null;
  return root && { root, positions };
}

function innermostItem(position: ResponsePosition): ResponsePosition {
  return position.item === null ? position : innermostItem(position.item);
}
