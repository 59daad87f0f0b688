/** The accepted word with the fewest edits, if it is near enough to be the one that the person meant. */
export function nearestWord(word: string, accepted: readonly string[]): string | undefined {
  const ranked = accepted.map((one) => ({ one, edits: edits(word, one) })).toSorted((a, b) => a.edits - b.edits);
  const best = ranked[0];
  // Two edits turn a word of two letters into any other.
  const limit = word.length < 3 ? 0 : word.length === 3 ? 1 : Math.max(2, Math.floor(word.length / 3));
  return best !== undefined && best.edits <= limit ? best.one : undefined;
}

/** Levenshtein distance. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
