// For run.mjs: as many seeds as it says, apart from the other tests.
module.exports = {
  ...require('../../jest.config.cjs'),
  rootDir: '../..',
  roots: ['<rootDir>/test/simulation'],
  testMatch: ['**/*.simulation-spec.ts'],
};
