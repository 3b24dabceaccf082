// Apart from the other tests: these start and kill many servers and processes, and take a minute.
module.exports = {
  ...require('../../jest.config.cjs'),
  rootDir: '../..',
  roots: ['<rootDir>/test/nats'],
  testMatch: ['**/*.nats-spec.ts'],
  // Set by `run.mjs --quick`.
  testPathIgnorePatterns: process.env.NATS_QUICK === '1' ? ['\\.long\\.nats-spec'] : [],
  testTimeout: 120_000,
};
