/**
 * At most `most` values of a label with their numbers, the first by name; what is beyond them counts together as `rest`, so that
 * no app makes a page without end.
 */
export function boundedLabels(
  numbers: ReadonlyMap<string, number>,
  most: number,
  rest: string,
): (readonly [value: string, number: number])[] {
  const sorted = [...numbers].sort(([a], [b]) => (a < b ? -1 : 1));
  if (sorted.length <= most) return sorted;
  const kept = new Map(sorted.slice(0, most));
  const beyond = sorted.slice(most).reduce((sum, [, number]) => sum + number, 0);
  return [...kept.set(rest, (kept.get(rest) ?? 0) + beyond)];
}
