import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  isInterfaceType,
  Kind,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import type { Row } from './reference-values.ts';

/** Selected fields of an object of a type, by response key, with fragments applied, and @skip and @include. */
export type SelectedFields = (type: GraphQLObjectType) => ReadonlyMap<string, SelectedField>;

export interface SelectedField {
  readonly name: string;
  readonly args: Row;
  readonly below: SelectedFields;
}

/** Selected fields of the only operation of a document. */
export function selectedFields(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Row,
): SelectedFields {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: SelectionSetNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition.selectionSet);
  }

  function fieldsOf(selectionSets: readonly SelectionSetNode[]): SelectedFields {
    return (type) => {
      const nodes = Map.groupBy(
        selectionSets.flatMap((selectionSet) => nodesFor(type, selectionSet)),
        ({ alias, name }) => (alias ?? name).value,
      );
      return new Map([...nodes].map(([key, [first, ...others]]) => [key, fieldFrom(first, others)]));
    };
  }

  function fieldFrom(first: FieldNode | undefined, others: readonly FieldNode[]): SelectedField {
    if (first === undefined) throw new TypeError('A group has an element.');
    return {
      name: first.name.value,
      args: Object.fromEntries(
        (first.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value, variables)]),
      ),
      below: fieldsOf([first, ...others].flatMap(({ selectionSet }) => selectionSet ?? [])),
    };
  }

  function nodesFor(type: GraphQLObjectType, { selections }: SelectionSetNode): FieldNode[] {
    return selections.flatMap((selection) => {
      const isLeftOut = selection.directives?.some(({ name, arguments: args }) => {
        const [argument] = args ?? [];
        const condition = argument && valueFromASTUntyped(argument.value, variables);
        return condition === (name.value === 'skip');
      });
      if (isLeftOut === true) return [];
      if (selection.kind === Kind.FIELD) return [selection];
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (fragment === undefined) throw new TypeError('The document has all of its fragments.');
      const condition = schema.getType(fragment.typeCondition?.name.value ?? type.name);
      const applies = condition === type || (isInterfaceType(condition) && schema.isSubType(condition, type));
      return applies ? nodesFor(type, fragment.selectionSet) : [];
    });
  }

  return fieldsOf(operations);
}
