import { warning } from '../finding.js';
import { autoscalersOf } from '../model/autoscalers.js';
import { titleOf } from '../model/resource.js';
import type { Rule } from './rule.js';

/** V8 keeps the heap that it once had, so memory says nothing about load. */
export const autoscalerMetric: Rule = {
  id: 'autoscaler-metric',
  *check(model) {
    for (const autoscaler of model.nodes.flatMap((node) => autoscalersOf(model, node))) {
      for (const metric of autoscaler.tree.at('spec', 'metrics')?.items ?? []) {
        const name = metric.at('resource', 'name') ?? metric.at('containerResource', 'name');
        if (name?.text !== 'memory') continue;
        yield warning(
          { file: autoscaler.file, line: name.line },
          `${titleOf(autoscaler)} scales by memory, which V8 keeps once it has it: pods are added and never taken away`,
          'scale by cpu, and by the length of queues (noex_remote_calls_pending or one of your own)',
        );
      }
    }
  },
};
