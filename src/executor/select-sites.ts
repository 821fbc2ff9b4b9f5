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
import { type Operation, Site } from './state.ts';

/** What is selected of an object: `__typename` by its response key alone, and sites of fields with what is below them. */
export interface Selection {
  readonly type: GraphQLObjectType;
  readonly fields: readonly (SelectedSite | string)[];
}

interface SelectedSite {
  readonly site: Site;
  /** Null of leaves. */
  readonly below: Selection | null;
}

/** Fragments can make much out of little text, and what is compiled is kept. */
const MAX_SITES = 1000;

/** Everything that an operation selects, and all sites of it. Null where there is something that cannot be compiled. */
export function selectSites(
  operation: Operation,
  conditions: Conditions,
): { root: Selection; sites: Site[] } | null {
  const sites: Site[] = [];

  function select(
    type: GraphQLObjectType,
    nodes: readonly Pick<FieldNode, 'selectionSet'>[],
    parent: Site | null,
  ): Selection | null {
    // Whether a value is of its type would have to be asked of it.
    if (type.isTypeOf) return null;
    const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const fields: (SelectedSite | string)[] = [];
    for (const [key, fieldNodes] of collectFields(operation, conditions, type, selectionSets)) {
      const name = fieldNodes[0]?.name.value ?? '';
      if (name === TypeNameMetaFieldDef.name) {
        fields.push(key);
        continue;
      }
      const definition = type.getFields()[name];
      if (definition === undefined || sites.length >= MAX_SITES) return null;
      const named = getNamedType(definition.type);
      if (isAbstractType(named)) return null;
      const resolver = resolverOf(definition);
      const resolve = resolver === defaultFieldResolver ? null : (resolver ?? null);
      const field = { key, parentType: type, definition, resolve, nodes: fieldNodes };
      const site = new Site(sites, field, definition.type, parent);
      const below = isObjectType(named) ? select(named, fieldNodes, innermost(site)) : null;
      if (below === null && isObjectType(named)) return null;
      if (below !== null) innermost(site).fieldCount = below.fields.length;
      fields.push({ site, below });
    }
    return { type, fields };
  }

  const type = operation.schema.getRootType(operation.operation.operation);
  const root = type ? select(type, [operation.operation], null) : null;
  return root && { root, sites };
}

function innermost(site: Site): Site {
  return site.item === null ? site : innermost(site.item);
}
