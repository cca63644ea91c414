/** The name an operator most likely meant: smallest edit distance, for "did you mean" hints. */

/** Distances above this are no typing mistake. */
const DISTANCE_MAX = 3;
const NAME_LENGTH_MAX = 64;

/** Levenshtein distance, a transposition counted as two. */
function distance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1] ? 0 : 1;
      const substituted = (previous[column - 1] ?? 0) + same;
      const removed = (previous[column] ?? 0) + 1;
      const inserted = (current[column - 1] ?? 0) + 1;
      current.push(Math.min(substituted, removed, inserted));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}

/** The nearest of `names`, or undefined when none is near. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  if (name.length > NAME_LENGTH_MAX) return undefined;
  let best: string | undefined;
  let bestDistance = Math.min(DISTANCE_MAX, Math.floor(name.length / 2)) + 1;
  for (const candidate of names) {
    const prefixed = name.length >= 3 && candidate.startsWith(name);
    const found = prefixed ? 1 : distance(name, candidate);
    if (found < bestDistance) {
      best = candidate;
      bestDistance = found;
    }
  }
  return best;
}
