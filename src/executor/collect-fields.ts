import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

type Fragments = Readonly<Record<string, FragmentDefinitionNode>>;
type Nodes = [FieldNode, ...FieldNode[]];

/** Rules of a walk over selections. */
export interface FieldWalk {
  readonly fragments: Fragments;
  readonly isIncluded: (selection: SelectionNode) => boolean;
  /** True when a fragment with this type condition applies. @default every fragment applies */
  readonly appliesTo?: ((typeCondition: string) => boolean) | undefined;
  /**
   * Names of fragments that have been followed. Each is followed once, however often it is spread: following every spread
   * could take exponential time. Walks that share a set follow each fragment once in total.
   */
  readonly followed?: Set<string>;
}

/**
 * Calls `onField` for each field of selection sets, through fragments, in the order of the text.
 *
 * @param onField Receives the type condition of the innermost fragment around the field; undefined when there is none.
 */
export function walkFields(
  selectionSets: readonly SelectionSetNode[],
  { fragments, isIncluded, appliesTo = () => true, followed = new Set() }: FieldWalk,
  onField: (node: FieldNode, typeCondition: string | undefined) => void,
): void {
  function walk({ selections }: SelectionSetNode, typeCondition: string | undefined): void {
    for (const selection of selections) {
      if (!isIncluded(selection)) continue;
      if (selection.kind === Kind.FIELD) onField(selection, typeCondition);
      else if (selection.kind === Kind.INLINE_FRAGMENT) {
        walkFragment(selection.selectionSet, selection.typeCondition?.name.value ?? typeCondition);
      } else if (!followed.has(selection.name.value)) {
        followed.add(selection.name.value);
        const fragment = fragments[selection.name.value];
        if (fragment !== undefined) walkFragment(fragment.selectionSet, fragment.typeCondition.name.value);
      }
    }
  }
  function walkFragment(selectionSet: SelectionSetNode, typeCondition: string | undefined): void {
    if (typeCondition === undefined || appliesTo(typeCondition)) walk(selectionSet, typeCondition);
  }

  for (const selectionSet of selectionSets) walk(selectionSet, undefined);
}

/** Fields of selection sets, through fragments, in the order of the text. */
export function selectedFields(selectionSets: readonly SelectionSetNode[], walk: FieldWalk): FieldNode[] {
  const nodes: FieldNode[] = [];
  walkFields(selectionSets, walk, (node) => nodes.push(node));
  return nodes;
}

/**
 * Fields that selection sets select on an object type, by response key in the order of the answer. Fragments on other types
 * are left out. Source: CollectFields of the specification.
 */
export function collectFields(
  { schema, fragments }: { readonly schema: GraphQLSchema; readonly fragments: Fragments },
  isIncluded: FieldWalk['isIncluded'],
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
): Map<string, Nodes> {
  const appliesTo = (typeCondition: string) => isOfType(schema, type, typeCondition);
  return byResponseKey(selectedFields(selectionSets, { fragments, isIncluded, appliesTo }));
}

/** Field nodes grouped by response key, in the order of first occurrence. */
export function byResponseKey(nodes: Iterable<FieldNode>): Map<string, Nodes> {
  const byKey = new Map<string, Nodes>();
  for (const node of nodes) {
    const key = responseKey(node);
    const others = byKey.get(key);
    if (others === undefined) byKey.set(key, [node]);
    else others.push(node);
  }
  return byKey;
}

export function responseKey({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}

/** True when a fragment with the type condition applies to objects of a type. */
export function isOfType(schema: GraphQLSchema, type: GraphQLObjectType, typeCondition: string): boolean {
  if (typeCondition === type.name) return true;
  const condition = schema.getType(typeCondition);
  return isAbstractType(condition) && schema.isSubType(condition, type);
}

/** Fragments of a document by name. */
export function fragmentsOf({ definitions }: DocumentNode): Record<string, FragmentDefinitionNode> {
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }
  return fragments;
}
