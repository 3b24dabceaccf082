import { error, warning } from '../finding.js';
import { autoscalersOf } from '../model/autoscalers.js';
import { titleOf } from '../model/resource.js';
import { inContainer } from '../model/workload.js';
import type { Rule } from './rule.js';

/** Usage is a share of what was requested: without a request there is none. */
export const resourceRequests: Rule = {
  id: 'resource-requests',
  *check(model) {
    for (const node of model.nodes) {
      const { tree } = node.container;
      const requested = (name: string) =>
        // A limit without a request is the request too.
        tree.at('resources', 'requests', name) ?? tree.at('resources', 'limits', name);
      const missing = ['cpu', 'memory'].filter((name) => !requested(name));
      const [autoscaler] = autoscalersOf(model, node).filter(({ tree: hpa }) =>
        (hpa.at('spec', 'metrics')?.items ?? []).some(
          (metric) =>
            metric.at('resource', 'target', 'averageUtilization') &&
            missing.includes(metric.at('resource', 'name')?.text ?? ''),
        ),
      );
      if (missing.length > 0) {
        const where = inContainer(node, 'resources', 'requests');
        const fix = `write resources.requests.${missing.join(' and resources.requests.')}`;
        const what = `container ${node.container.name} requests no ${missing.join(' and no ')}`;
        yield autoscaler
          ? error(where, `${what}: ${titleOf(autoscaler)} sees <unknown> and never scales`, fix)
          : warning(where, `${what}: it is placed anywhere and the first to be evicted`, fix);
      }
      if (tree.at('resources', 'limits', 'cpu')) {
        yield warning(
          inContainer(node, 'resources', 'limits', 'cpu'),
          'a CPU limit throttles: the event loop stalls, and peers take the node for hung',
          'delete limits.cpu and keep requests.cpu',
        );
      }
    }
  },
};
