import { Kind, type SelectionSetNode, type ValidationContext, type ValidationRule } from 'graphql';
import { beyondLimit } from './beyond-limit.ts';

/** Refuses operations with more than so many fields at their root: places in the answer, be they asked for twice or in fragments. */
export function maxRootFields(allowed: number): ValidationRule {
  return (context) => {
    let isRefused = false;
    return {
      OperationDefinition({ selectionSet }) {
        const asked = responseKeys(context, selectionSet).size;
        if (asked <= allowed || isRefused) return;
        isRefused = true;
        context.reportError(beyondLimit('rootFields', asked, allowed));
      },
    };
  };
}

function responseKeys(context: ValidationContext, root: SelectionSetNode): ReadonlySet<string> {
  const keys = new Set<string>();
  const sets = [root];
  const spread = new Set<string>();
  // Grows while it is gone through.
  for (const { selections } of sets) {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) keys.add((selection.alias ?? selection.name).value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) sets.push(selection.selectionSet);
      else if (!spread.has(selection.name.value)) {
        // Once is enough for each: following every spread of every fragment could take exponential time.
        spread.add(selection.name.value);
        const fragment = context.getFragment(selection.name.value);
        if (fragment) sets.push(fragment.selectionSet);
      }
    }
  }
  return keys;
}
