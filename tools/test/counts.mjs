/**
 * The last line of `npm test`, or none if Jest was asked for something else than running tests.
 *
 * @param {{ passed: number, failed: number, skipped: number } | undefined} counts
 * @param {number} exitCode Jest's
 */
export function countsLine(counts, exitCode) {
  // Whatever went wrong before there were counts must not read like a success.
  if (!counts) return exitCode === 0 ? undefined : '0 passed, 1 failed';
  const { passed, failed, skipped } = counts;
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
