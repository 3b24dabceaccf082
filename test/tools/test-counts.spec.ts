import { runModule } from './run-module.js';

describe('the last line of npm test', () => {
  it.each([
    [{ passed: 3, failed: 0, skipped: 0 }, 0, '3 passed, 0 failed'],
    [{ passed: 3, failed: 1, skipped: 2 }, 1, '3 passed, 1 failed, 2 skipped'],
    // Jest did not get to its end.
    [undefined, 1, '0 passed, 1 failed'],
    // Jest was asked for its options.
    [undefined, 0, null],
  ])('for %j and exit code %d', (counts, exitCode, line) => {
    const printed = runModule(
      `import { countsLine } from './tools/test/counts.mjs';
      print(countsLine(parameters.counts, parameters.exitCode));`,
      { counts, exitCode },
    );
    expect(printed).toBe(line);
  });
});
