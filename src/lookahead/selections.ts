import type { FieldNode, GraphQLResolveInfo, SelectionSetNode } from 'graphql';
import { selectedFields } from '../executor/collect-fields.ts';
import { includedByVariables } from '../executor/conditions.ts';

/** Fields that selection sets ask for, through fragments and with @skip and @include applied. */
export function selectedBelow(
  selectionSets: readonly SelectionSetNode[],
  { fragments, variableValues }: Pick<GraphQLResolveInfo, 'fragments' | 'variableValues'>,
): FieldNode[] {
  return selectedFields(selectionSets, { fragments, isIncluded: includedByVariables(variableValues) });
}

/** Names of those of these fields that are selected below a resolver's field. */
export function selectedAmong<Name extends string>(names: readonly Name[], info: GraphQLResolveInfo): Name[] {
  if (names.length === 0) return [];
  const sets = info.fieldNodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  const selected = new Set(selectedBelow(sets, info).map(({ name }) => name.value));
  return names.filter((name) => selected.has(name));
}
