import {
  type DirectiveNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';

/** Values of the variables that @skip and @include ask for, by name. */
export interface Conditions {
  get(name: string): unknown;
}

/** Conditions of coerced variables. */
export function conditionsIn(variableValues: Readonly<Record<string, unknown>>): Conditions {
  return { get: (name) => variableValues[name] };
}

/** Null where one is no boolean, which the ordinary executor has an error for. */
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

/** Whether @skip and @include leave a selection in. A condition without a value leaves it out. */
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

/** Value that a directive makes a selection depend on; undefined where it does anything else. */
export function conditionIn({ name, arguments: args = [] }: DirectiveNode) {
  return name.value === GraphQLSkipDirective.name || name.value === GraphQLIncludeDirective.name
    ? args.find((argument) => argument.name.value === 'if')?.value
    : undefined;
}

export function isPlain({ directives = [] }: FragmentDefinitionNode | OperationDefinitionNode): boolean {
  return directives.length === 0;
}
