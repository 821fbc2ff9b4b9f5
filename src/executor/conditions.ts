import {
  type DirectiveNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Operation } from './state.ts';

/** Values of the variables that @skip and @include ask for. */
export type Conditions = ReadonlyMap<string, boolean>;

/** Each doubles the variants of an operation that may have to be compiled. */
const MAX_VARIABLES = 4;

/**
 * Names of the variables that decide what of an operation is selected. Null where that is decided by more of them than is
 * compiled for, by other directives than @skip and @include, or where something other than fields of types is asked for.
 */
export function conditionVariables(
  { fragments }: Pick<Operation, 'fragments'>,
  operation: OperationDefinitionNode,
): string[] | null {
  const names = new Set<string>();
  const followed = new Set<string>();

  function areConditions({ directives = [] }: SelectionNode): boolean {
    return directives.every((directive) => {
      const value = conditionIn(directive);
      if (value?.kind === Kind.VARIABLE) names.add(value.name.value);
      return value?.kind === Kind.VARIABLE || value?.kind === Kind.BOOLEAN;
    });
  }
  function canBeDecided({ selections }: SelectionSetNode): boolean {
    return selections.every((selection) => {
      if (!areConditions(selection)) return false;
      if (selection.kind === Kind.FIELD) {
        const name = selection.name.value;
        if (name.startsWith('__') && name !== '__typename') return false;
        return selection.selectionSet === undefined || canBeDecided(selection.selectionSet);
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) return canBeDecided(selection.selectionSet);
      const fragment = fragments[selection.name.value];
      if (fragment === undefined) return false;
      // Following each spread of each fragment could take exponential time.
      if (followed.has(selection.name.value)) return true;
      followed.add(selection.name.value);
      return isPlain(fragment) && canBeDecided(fragment.selectionSet);
    });
  }

  return isPlain(operation) && canBeDecided(operation.selectionSet) && names.size <= MAX_VARIABLES
    ? [...names]
    : null;
}

/** Null where one is no boolean, which the ordinary executor has an error for. */
export function conditionsOf(
  variables: readonly string[],
  values: Readonly<Record<string, unknown>>,
): Conditions | null {
  const conditions = new Map<string, boolean>();
  for (const name of variables) {
    const value = values[name];
    if (typeof value !== 'boolean') return null;
    conditions.set(name, value);
  }
  return conditions;
}

/** Whether @skip and @include leave a selection in. A condition without a value leaves it out. */
export function isIncluded({ directives = [] }: SelectionNode, conditions: Conditions): boolean {
  return directives.every((directive) => {
    const value = conditionIn(directive);
    if (value === undefined) return true;
    const condition =
      value?.kind === Kind.VARIABLE
        ? conditions.get(value.name.value)
        : value?.kind === Kind.BOOLEAN && value.value;
    return directive.name.value === GraphQLSkipDirective.name ? condition === false : condition === true;
  });
}

/** What a directive makes a selection depend on; undefined where it does anything else. */
function conditionIn({ name, arguments: args = [] }: DirectiveNode) {
  return name.value === GraphQLSkipDirective.name || name.value === GraphQLIncludeDirective.name
    ? args.find((argument) => argument.name.value === 'if')?.value
    : undefined;
}

function isPlain({ directives = [] }: FragmentDefinitionNode | OperationDefinitionNode): boolean {
  return directives.length === 0;
}
