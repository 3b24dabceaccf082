// The layers of docs/ARCHITECTURE.md. Each library may import only what its line names.
const libraries = {
  contracts: [],
  runtime: ['contracts'],
  cluster: ['contracts', 'runtime'],
  'transport-tcp': ['contracts'],
  'transport-nats': ['contracts'],
  'transport-memory': ['contracts'],
  nestjs: ['contracts', 'runtime', 'cluster', 'transport-tcp', 'transport-nats'],
  testing: ['contracts', 'runtime', 'cluster', 'transport-memory', 'nestjs'],
  cli: [],
};
const spec = '\\.(spec|e2e-spec|spec-support|type-test)\\.ts$';

const layers = Object.entries(libraries).map(([name, allowed]) => ({
  name: `layer-${name}`,
  comment: `libs/${name} may import ${allowed.length > 0 ? allowed.join(', ') : 'no other library'}.`,
  severity: 'error',
  from: { path: `^libs/${name}/src`, pathNot: spec },
  to: { path: '^libs/[^/]+/', pathNot: `^libs/(${[name, ...allowed].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...layers,
    {
      name: 'app-uses-nestjs-only',
      comment: 'The app is a user: it sees what users see.',
      severity: 'error',
      from: { path: '^apps/', pathNot: spec },
      to: { path: '^libs/', pathNot: '^libs/nestjs/' },
    },
    {
      name: 'no-cycle',
      comment: 'Two files that need each other are one concept, or the wrong two. Type-only imports count.',
      severity: 'error',
      from: { pathNot: spec },
      to: { circular: true },
    },
    {
      name: 'no-deep-import',
      comment: "A library's index.ts is its door.",
      severity: 'error',
      from: { path: '^(libs/[^/]+|apps/[^/]+)/' },
      to: {
        path: '^libs/[^/]+/(src|dist)/',
        pathNot: ['^$1/', '^libs/[^/]+/(src|dist)/(index|(health|metrics|microservices|nest)/index)\\.'],
      },
    },
    {
      name: 'nobody-imports-its-own-index',
      severity: 'error',
      from: { path: '^(libs/[^/]+)/src/' },
      to: { path: '^$1/src/index\\.ts$' },
    },
    {
      name: 'nest-only-in-nestjs',
      comment: 'Only libs/nestjs knows Nest, and the part of the testing kit that tests Nest apps.',
      severity: 'error',
      from: { path: '^libs/', pathNot: ['^libs/nestjs/', '^libs/testing/src/nest/', spec] },
      to: { path: 'node_modules/@nestjs/' },
    },
    {
      name: 'testing-root-without-nest',
      comment: 'Tests of processes without Nest load none of it.',
      severity: 'error',
      from: { path: '^libs/testing/src/[^/]+$' },
      to: { path: '^libs/(testing/src/nest|nestjs)/' },
    },
    {
      name: 'testing-never-in-production',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: ['^libs/testing/', spec] },
      to: { path: '^libs/(testing|transport-memory)/', pathNot: '^libs/transport-memory/src/' },
    },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/dist/' },
    exclude: { path: '/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.spec.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
