import {
  type DirectiveNode,
  type FragmentDefinitionNode,
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

export function conditionsIn(variableValues: Readonly<Record<string, unknown>>): Conditions {
  return { get: (name) => variableValues[name] };
}

/** Null when a value is not a boolean: the ordinary executor reports that error. */
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

/** True when @skip and @include keep a selection. A condition without a value excludes it. */
export function isIncluded({ directives = [] }: SelectionNode, conditions: Conditions): boolean {
  return directives.every((directive) => {
    const value = conditionIn(directive);
    if (value === undefined) return true;
    const condition =
      value.kind === Kind.VARIABLE
        ? conditions.get(value.name.value)
        : value.kind === Kind.BOOLEAN && value.value;
    return directive.name.value === GraphQLSkipDirective.name ? condition === false : condition === true;
  });
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
