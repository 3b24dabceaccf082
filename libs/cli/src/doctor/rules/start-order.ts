import { error, warning } from '../finding.js';
import { locate } from '../model/resource.js';
import { podOfHost } from '../model/services.js';
import { seedsOf } from '../model/workload.js';
import type { Rule } from './rule.js';

/** With OrderedReady no pod is created before those with smaller numbers are ready. */
export const startOrder: Rule = {
  id: 'start-order',
  *check({ nodes }) {
    for (const { resource, container, replicas } of nodes) {
      const policy = resource.tree.at('spec', 'podManagementPolicy')?.text ?? 'OrderedReady';
      if (resource.kind !== 'StatefulSet' || policy === 'Parallel' || replicas < 2) continue;
      const where = locate(resource, 'spec', 'podManagementPolicy');
      const fix =
        'write podManagementPolicy: Parallel (fixed at creation: kubectl delete statefulset --cascade=orphan, then apply)';
      const seeds = seedsOf(container.variables)?.seeds ?? [];
      const dialsItself = seeds.some((seed) => {
        const pod = seed.kind === 'address' ? podOfHost(seed.host) : undefined;
        return pod?.workload === resource.name && pod.ordinal === 0;
      });
      yield dialsItself
        ? error(
            where,
            `${resource.name}-0 has itself as its seed, and ${resource.name}-1 is not created before it is ready: if readiness asks for a peer, none ever starts`,
            fix,
          )
        : warning(
            where,
            'pods start one after the other, and one that is not ready holds up all after it',
            fix,
          );
    }
  },
};
