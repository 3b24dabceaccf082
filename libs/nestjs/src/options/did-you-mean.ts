/** The candidate that `word` was most likely meant to be; `undefined` where none is near. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const typed = normalize(word);
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(typed.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(typed, normalize(candidate));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  // A part of the name is a good hint as well: `secret` for `clusterSecret`.
  return best ?? candidates.find((candidate) => typed.length >= 4 && normalize(candidate).includes(typed));
}

/** Case and word separators are what people get wrong first. */
function normalize(word: string): string {
  return word.toLowerCase().replace(/[_\s-]/g, '');
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
