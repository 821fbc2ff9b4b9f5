import {
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import { walkFields } from './collect-fields.ts';
import { conditionIn, isPlain } from './conditions.ts';

/** Maximum number of condition variables. Each doubles the variants that an operation can be compiled to. */
const MAX_VARIABLES = 4;

/**
 * Names of the variables in @skip and @include of an operation. Null when the operation cannot be compiled: it has more than
 * `MAX_VARIABLES` of them, or other directives.
 */
export function conditionVariables(
  { fragments }: { readonly fragments: Readonly<Record<string, FragmentDefinitionNode>> },
  operation: OperationDefinitionNode,
): string[] | null {
  const names = new Set<string>();
  const followed = new Set<string>();
  let canBeDecided = isPlain(operation);

  function areConditions({ directives = [] }: SelectionNode): boolean {
    return directives.every((directive) => {
      const value = conditionIn(directive);
      if (value?.kind === Kind.VARIABLE) names.add(value.name.value);
      return value?.kind === Kind.VARIABLE || value?.kind === Kind.BOOLEAN;
    });
  }
  function isDecidable(selection: SelectionNode): boolean {
    if (!areConditions(selection)) return false;
    if (selection.kind === Kind.INLINE_FRAGMENT) return true;
    const { value: name } = selection.name;
    if (selection.kind === Kind.FIELD) return true;
    const fragment = fragments[name];
    return fragment !== undefined && isPlain(fragment);
  }
  function includes(selection: SelectionNode): boolean {
    canBeDecided &&= isDecidable(selection);
    return canBeDecided;
  }
  function walkBelow({ selectionSet }: Pick<FieldNode, 'selectionSet'>): void {
    if (selectionSet) walkFields([selectionSet], { fragments, isIncluded: includes, followed }, walkBelow);
  }

  walkBelow(operation);
  return canBeDecided && names.size <= MAX_VARIABLES ? [...names] : null;
}
