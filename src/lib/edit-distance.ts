/**
 * Number of edits that make one text the other: insertion, deletion or substitution of a character, and the swap of two
 * neighbours. Infinity for texts whose lengths alone differ by more than `most`: settings of other programs may be long.
 */
export function editDistance(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return Infinity;
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwap = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      current[column] = Math.min(
        (last[column] ?? Infinity) + 1,
        (current[column - 1] ?? Infinity) + 1,
        (last[column - 1] ?? Infinity) + (isSame ? 0 : 1),
        isSwap ? (beforeLast[column - 2] ?? Infinity) + 1 : Infinity,
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[other.length] ?? Infinity;
}

/** Those of `names` that are nearest to a text, if that takes `most` edits or fewer; in the order of `names`. */
export function nearestNames(text: string, names: Iterable<string>, most: number): string[] {
  let nearest: string[] = [];
  let least = most;
  for (const name of names) {
    const edits = editDistance(text, name, most);
    if (edits > least) continue;
    if (edits < least) nearest = [];
    least = edits;
    nearest.push(name);
  }
  return nearest;
}
