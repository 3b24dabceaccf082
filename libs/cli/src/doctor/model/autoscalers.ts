import type { Model } from './model.js';
import { sameNamespace, type Resource } from './resource.js';
import type { NodeWorkload } from './workload.js';

/** The HorizontalPodAutoscalers of a workload. */
export function autoscalersOf({ resources }: Model, { resource }: NodeWorkload): readonly Resource[] {
  return resources.filter((candidate) => {
    const target = candidate.tree.at('spec', 'scaleTargetRef');
    return (
      candidate.kind === 'HorizontalPodAutoscaler' &&
      sameNamespace(candidate, resource) &&
      target?.at('kind')?.text === resource.kind &&
      target.at('name')?.text === resource.name
    );
  });
}

/** How many pods there are when there are fewest. */
export function fewestPods(model: Model, node: NodeWorkload): number {
  const minima = autoscalersOf(model, node).map(({ tree }) => tree.at('spec', 'minReplicas')?.number ?? 1);
  return minima.length > 0 ? Math.min(...minima) : node.replicas;
}
