import {
  type DocumentNode,
  getDirectiveValues,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  type FieldNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

type Operation = Pick<GraphQLResolveInfo, 'fragments' | 'variableValues'>;

/** A document's fragments by name. */
export function fragmentsOf(document: DocumentNode): Operation['fragments'] {
  return Object.fromEntries(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
}

/** The fields that a selection set asks for, through fragments and with @skip and @include applied. */
export function* selectedFields(
  selectionSet: SelectionSetNode,
  operation: Operation,
  // A fragment is followed once, however often it is spread: following each spread could take exponential time.
  followed = new Set<string>(),
  /** Whether objects of the type in question are of another one, for which a fragment stands. */
  isOf: (typeCondition: string) => boolean = () => true,
): Generator<FieldNode> {
  for (const selection of selectionSet.selections) {
    if (!isIncluded(selection, operation)) continue;
    if (selection.kind === Kind.FIELD) yield selection;
    else if (selection.kind === Kind.INLINE_FRAGMENT) {
      const condition = selection.typeCondition?.name.value;
      if (condition !== undefined && !isOf(condition)) continue;
      yield* selectedFields(selection.selectionSet, operation, followed, isOf);
    } else if (!followed.has(selection.name.value)) {
      followed.add(selection.name.value);
      const fragment = operation.fragments[selection.name.value];
      if (fragment && isOf(fragment.typeCondition.name.value)) {
        yield* selectedFields(fragment.selectionSet, operation, followed, isOf);
      }
    }
  }
}

/** Which of these fields are selected of what a resolver gives. */
export function selectedAmong<Name extends string>(names: readonly Name[], info: GraphQLResolveInfo): Name[] {
  if (names.length === 0) return [];
  const selected = new Set<string>();
  for (const { selectionSet } of info.fieldNodes) {
    if (selectionSet === undefined) continue;
    for (const field of selectedFields(selectionSet, info)) selected.add(field.name.value);
  }
  return names.filter((name) => selected.has(name));
}

/** Whether @skip and @include leave a selection in. */
export function isIncluded(
  selection: SelectionNode,
  { variableValues }: Pick<Operation, 'variableValues'>,
): boolean {
  if (selection.directives === undefined || selection.directives.length === 0) return true;
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variableValues);
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, variableValues);
  return skip?.['if'] !== true && include?.['if'] !== false;
}
