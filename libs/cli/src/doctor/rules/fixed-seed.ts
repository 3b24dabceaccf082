import { warning } from '../finding.js';
import { peersSeed, podOfHost, servicesOf } from '../model/services.js';
import { seedsOf } from '../model/workload.js';
import type { Rule } from './rule.js';

/** While the only seed is away, nodes that start find nobody. */
export const fixedSeed: Rule = {
  id: 'fixed-seed',
  *check(model) {
    for (const { container, clusterPort, replicas } of model.nodes) {
      const { variable, seeds } = seedsOf(container.variables) ?? {};
      const [seed] = seeds ?? [];
      if (!variable || seeds?.length !== 1 || seed?.kind !== 'address' || replicas < 2) continue;
      const what = podOfHost(seed.host) ? 'one pod is' : 'one address is';
      yield warning(
        variable,
        `${what} the only seed: while it is away or moves, nodes that start find nobody and make a cluster of their own`,
        `write ${peersSeed(servicesOf(model), clusterPort)}: every pod, asked again and again`,
      );
    }
  },
};
