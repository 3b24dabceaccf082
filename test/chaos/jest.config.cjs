// Apart from the other tests: these need root, take minutes, and are skipped where namespaces are not permitted.
module.exports = {
  ...require('../../jest.config.cjs'),
  rootDir: '../..',
  roots: ['<rootDir>/test/chaos'],
  testMatch: ['**/*.chaos-spec.ts'],
  // Set by `run.mjs --quick`.
  testPathIgnorePatterns: process.env.CHAOS_QUICK === '1' ? ['\\.long\\.chaos-spec'] : [],
  testTimeout: 150_000,
};
