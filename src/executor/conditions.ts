import {
  type DirectiveNode,
  type FragmentDefinitionNode,
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';

/** Values of the variables in @skip and @include, by name. */
export interface Conditions {
  get(name: string): unknown;
}

/** Null when a value is not a boolean: interpretation reports that error. */
export function conditionsOf(
  variables: readonly string[],
  values: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, boolean> | null {
  const conditions = new Map<string, boolean>();
  for (const name of variables) {
    const value = values[name];
    if (typeof value !== 'boolean') return null;
    conditions.set(name, value);
  }
  return conditions;
}

/** Applies @skip and @include. A condition without a boolean excludes its selection. */
export function includedBy(conditions: Conditions): (selection: SelectionNode) => boolean {
  const isMet = (directive: DirectiveNode) => {
    const value = conditionIn(directive);
    if (value === undefined) return true;
    const condition =
      value.kind === Kind.VARIABLE
        ? conditions.get(value.name.value)
        : value.kind === Kind.BOOLEAN && value.value;
    return directive.name.value === GraphQLSkipDirective.name ? condition === false : condition === true;
  };
  return ({ directives }) => directives?.every(isMet) ?? true;
}

/**
 * Applies @skip and @include by coerced variables, as graphql-js does.
 *
 * @throws GraphQLError when a condition is null: a variable with a default may be null all the same.
 */
export function includedByVariables(
  variableValues: Readonly<Record<string, unknown>>,
): (selection: SelectionNode) => boolean {
  return (selection) => {
    if (selection.directives === undefined || selection.directives.length === 0) return true;
    const skip = getDirectiveValues(GraphQLSkipDirective, selection, variableValues);
    const include = getDirectiveValues(GraphQLIncludeDirective, selection, variableValues);
    return skip?.['if'] !== true && include?.['if'] !== false;
  };
}

/** Condition of @skip or @include; undefined for other directives. */
export function conditionIn({ name, arguments: args = [] }: DirectiveNode) {
  return name.value === GraphQLSkipDirective.name || name.value === GraphQLIncludeDirective.name
    ? args.find((argument) => argument.name.value === 'if')?.value
    : undefined;
}

export function isPlain({ directives = [] }: FragmentDefinitionNode | OperationDefinitionNode): boolean {
  return directives.length === 0;
}
