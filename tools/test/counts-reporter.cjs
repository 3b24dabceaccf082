// A Jest reporter that prints nothing and leaves the counts in a file for tools/test.mjs.
const { writeFileSync } = require('node:fs');

module.exports = class CountsReporter {
  onRunComplete(_contexts, results) {
    const file = process.env.TEST_COUNTS_FILE;
    if (!file) return;
    const counts = {
      passed: results.numPassedTests,
      // A file that does not even load has no tests to count; it counts as one that failed.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    writeFileSync(file, JSON.stringify(counts));
  }
};
