import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql';

/** Selections of one operation or fragment, without what its spreads add. */
interface Outline {
  readonly depth: number;
  /** Depth of the deepest spread of each fragment. */
  readonly spreads: Map<string, number>;
}

/**
 * Depth of a document's selections with its fragments followed, each spread one level deeper. Validation and other walks
 * recurse as deep, so that a chain of small fragments would exhaust the stack. Within one definition the depth must have
 * been limited. Fragments in a cycle, which validation refuses, count once.
 */
export function nestingOf({ definitions }: DocumentNode): number {
  const outlines: Outline[] = [];
  const fragments = new Map<string, Outline>();
  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION)
      continue;
    const outline = outlineOf(definition.selectionSet);
    outlines.push(outline);
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, outline);
  }
  const depths = new Map<Outline, number>();
  for (const outline of outlines) if (!depths.has(outline)) followSpreads(outline, fragments, depths);
  return outlines.reduce((deepest, outline) => Math.max(deepest, depths.get(outline) ?? 0), 0);
}

function outlineOf(selectionSet: SelectionSetNode): Outline {
  const spreads = new Map<string, number>();
  let deepest = 0;
  function walk({ selections }: SelectionSetNode, depth: number): void {
    deepest = Math.max(deepest, depth);
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const { value: name } = selection.name;
        spreads.set(name, Math.max(depth, spreads.get(name) ?? 0));
      } else if (selection.selectionSet) walk(selection.selectionSet, depth + 1);
    }
  }
  walk(selectionSet, 1);
  return { depth: deepest, spreads };
}

/** Sets the depth of an outline and of all that it spreads, without recursion. */
function followSpreads(
  first: Outline,
  fragments: ReadonlyMap<string, Outline>,
  depths: Map<Outline, number>,
): void {
  const path = [{ outline: first, at: 0, pending: first.spreads.entries() }];
  depths.set(first, first.depth);
  const deepen = (outline: Outline, depth: number) =>
    depths.set(outline, Math.max(depth, depths.get(outline) ?? 0));

  for (let current = path.at(-1); current !== undefined; current = path.at(-1)) {
    const { outline, at, pending } = current;
    const { value: spread } = pending.next();
    if (spread === undefined) {
      path.pop();
      const above = path.at(-1);
      if (above) deepen(above.outline, at + (depths.get(outline) ?? 0));
      continue;
    }
    const [name, depth] = spread;
    const fragment = fragments.get(name);
    if (fragment === undefined) continue;
    const known = depths.get(fragment);
    if (known !== undefined) deepen(outline, depth + known);
    else {
      depths.set(fragment, fragment.depth);
      path.push({ outline: fragment, at: depth, pending: fragment.spreads.entries() });
    }
  }
}
