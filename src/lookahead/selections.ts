import {
  type DocumentNode,
  getDirectiveValues,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  type FieldNode,
  isAbstractType,
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

/**
 * The fields that selection sets ask of an object of this type, by response key in the order of the answer. Fragments on other
 * types are left out.
 */
export function fieldsByKey(
  selectionSets: readonly SelectionSetNode[],
  operation: Operation & Pick<GraphQLResolveInfo, 'schema'>,
  type: GraphQLObjectType,
): Iterable<[FieldNode, ...FieldNode[]]> {
  const followed = new Set<string>();
  const isOf = (typeCondition: string) => isOfType(operation, type, typeCondition);
  return byResponseKey(selectionSets.flatMap((set) => [...selectedFields(set, operation, followed, isOf)]));
}

export function byResponseKey(nodes: Iterable<FieldNode>): Iterable<[FieldNode, ...FieldNode[]]> {
  const byKey = new Map<string, [FieldNode, ...FieldNode[]]>();
  for (const node of nodes) {
    const key = (node.alias ?? node.name).value;
    const others = byKey.get(key);
    if (others === undefined) byKey.set(key, [node]);
    else others.push(node);
  }
  return byKey.values();
}

/** Whether objects of a type are what a fragment is on. */
export function isOfType(
  { schema }: Pick<GraphQLResolveInfo, 'schema'>,
  type: GraphQLObjectType,
  typeCondition: string,
): boolean {
  if (typeCondition === type.name) return true;
  const condition = schema.getType(typeCondition);
  return isAbstractType(condition) && schema.isSubType(condition, type);
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
