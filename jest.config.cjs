// Nest 12 is ESM only; Jest loads it, and nestjs-cls, when they are compiled to CommonJS by swc together with our sources.
const swc = [
  '@swc/jest',
  {
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      target: 'es2022',
      keepClassNames: true,
    },
    module: { type: 'commonjs' },
  },
];

module.exports = {
  testEnvironment: 'node',
  // A starved machine is no failure: what has to be fast says so itself.
  testTimeout: 60_000,
  // Many suites wait for sockets and processes: a core more than Jest takes by itself is well used.
  maxWorkers: '100%',
  // A new worker now and then: a suite of four seconds has taken 200 in one that had run a hundred others.
  workerIdleMemoryLimit: '1GB',
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts', '**/*.e2e-spec.ts'],
  modulePathIgnorePatterns: [
    '/dist/',
    '<rootDir>/test/deploy/node_modules/',
    '<rootDir>/bench/node_modules/',
  ],
  // Set by tools/test.mjs where there is no server to test with, which it says.
  testPathIgnorePatterns: process.env.TEST_WITHOUT_NATS === '1' ? ['/nats\\.\\w+\\.spec\\.ts$'] : [],
  setupFiles: ['reflect-metadata'],
  transform: { '^.+\\.[tj]s$': swc },
  transformIgnorePatterns: ['/node_modules/(?!@nestjs/|nestjs-cls/)'],
  moduleNameMapper: {
    '^@noex/nestjs/(health|metrics|cls|microservices)$': '<rootDir>/libs/nestjs/src/$1/index.ts',
    '^@noex/testing/nest$': '<rootDir>/libs/testing/src/nest/index.ts',
    '^@noex/(contracts|runtime|cluster|transport-tcp|transport-nats|transport-memory|testing|nestjs|cli)$':
      '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
};
