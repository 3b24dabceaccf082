import { error } from '../finding.js';
import { locate, sameNamespace, titleOf } from '../model/resource.js';
import { podOfHost } from '../model/services.js';
import { seedsOf, selectsPods } from '../model/workload.js';
import type { Rule } from './rule.js';

/** Only pods of a StatefulSet have numbers, and no two workloads may own the same pods. */
export const podIdentity: Rule = {
  id: 'pod-identity',
  *check({ nodes, resources }) {
    const statefulSets = resources.filter(({ kind }) => kind === 'StatefulSet');
    for (const node of nodes) {
      const { resource, container } = node;
      if (resource.kind === 'StatefulSet') continue;
      const twin = statefulSets.find(
        (set) => sameNamespace(set, resource) && selectsPods(set, set.tree.at('spec', 'selector'), node),
      );
      if (twin) {
        yield error(
          locate(resource, 'spec', 'selector'),
          `${titleOf(resource)} and ${titleOf(twin)} (${twin.file}:${twin.line}) select the same pods: Services and budgets count both, and each node runs twice`,
          `keep the StatefulSet and delete the ${resource.kind}`,
        );
      }
      const { variable, seeds = [] } = seedsOf(container.variables) ?? {};
      const pod = seeds.map(({ host }) => podOfHost(host)).find((found) => found !== undefined);
      if (!variable || !pod || statefulSets.some(({ name }) => name === pod.workload)) continue;
      yield error(
        variable,
        `no pod has the name ${pod.workload}-${pod.ordinal}: pods of a ${resource.kind} have random names and no DNS records`,
        'make it a StatefulSet with a headless Service',
      );
    }
  },
};
