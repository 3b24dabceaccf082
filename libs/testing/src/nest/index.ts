/**
 * Clusters of Nest apps in one test, and fakes of behaviors.
 *
 * @module @noex/testing/nest
 */
export type { BehaviorFake } from './behavior-fake.js';
export { createTestCluster, type PerNode, type TestClusterOptions } from './create-test-cluster.js';
export {
  NoexTestingModule,
  NoexTestingModuleBuilder,
  type AppMetadata,
  type NoexTestingModuleMetadata,
  type OverrideBehaviorBy,
  type TestNoexOptions,
} from './noex-testing-module.js';
export { TestCluster } from './test-cluster.js';
export { TestNode } from './test-node.js';
