/**
 * The number of edits that turn one word into the other: a letter added, dropped, changed, or swapped with its
 * neighbour.
 */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const changed = a[row - 1] === b[column - 1] ? 0 : 1;
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const costs = [previous[column]! + 1, current[column - 1]! + 1, previous[column - 1]! + changed];
      if (swapped) costs.push(before[column - 2]! + 1);
      current.push(Math.min(...costs));
    }
    before = previous;
    previous = current;
  }
  return previous[b.length]!;
}

/** The known word that is closest to a misspelt word; `null` if no known word is close. Ignores letter case. */
export function nearest(word: string, known: readonly string[]): string | null {
  const allowed = Math.min(3, Math.max(1, Math.floor(word.length / 3)));
  const ranked = known
    .map((candidate) => ({ candidate, away: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ away }) => away <= allowed)
    .sort((a, b) => a.away - b.away);
  return ranked[0]?.candidate ?? null;
}
