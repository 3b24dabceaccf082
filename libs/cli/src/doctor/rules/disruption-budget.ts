import { error, warning, type Fault } from '../finding.js';
import { autoscalersOf, fewestPods } from '../model/autoscalers.js';
import type { Model } from '../model/model.js';
import { locate, sameNamespace, titleOf, type Resource } from '../model/resource.js';
import { selectsPods, type NodeWorkload } from '../model/workload.js';
import type { Rule } from './rule.js';

const FIX = 'write maxUnavailable: 1 instead';

/** A budget must always allow one pod to leave, or no machine can be drained. */
export const disruptionBudget: Rule = {
  id: 'disruption-budget',
  *check(model: Model) {
    for (const node of model.nodes) {
      const { resource } = node;
      const budgets = model.resources.filter(
        (budget) =>
          budget.kind === 'PodDisruptionBudget' &&
          sameNamespace(budget, resource) &&
          selectsPods(budget, budget.tree.at('spec', 'selector'), node),
      );
      const fewest = fewestPods(model, node);
      for (const budget of budgets) yield* budgetFaults(budget, fewest);
      if (budgets.length === 0 && fewest > 1) {
        yield warning(
          resource,
          `no PodDisruptionBudget selects the pods of ${titleOf(resource)}: draining machines may take all of them at once`,
          'add one with maxUnavailable: 1 and unhealthyPodEvictionPolicy: AlwaysAllow',
        );
      }
      yield* smallAutoscalers(model, node);
    }
  },
};

function* budgetFaults(budget: Resource, pods: number): Generator<Fault> {
  const spec = budget.tree.at('spec');
  const needed = countOf(spec?.at('minAvailable')?.text, pods);
  if (needed !== undefined && needed >= pods) {
    yield error(
      locate(budget, 'spec', 'minAvailable'),
      `minAvailable ${spec!.at('minAvailable')!.text!} of ${pods} pods lets none go: every drain of a machine waits forever`,
      FIX,
    );
  }
  if (countOf(spec?.at('maxUnavailable')?.text, pods) === 0) {
    yield error(
      locate(budget, 'spec', 'maxUnavailable'),
      'no pod may go: every drain of a machine waits forever',
      FIX,
    );
  }
  if (spec?.at('unhealthyPodEvictionPolicy')?.text !== 'AlwaysAllow') {
    yield warning(
      locate(budget, 'spec', 'unhealthyPodEvictionPolicy'),
      'a pod that is not ready cannot be moved off its machine while the budget is used up',
      'write unhealthyPodEvictionPolicy: AlwaysAllow',
    );
  }
}

function* smallAutoscalers(model: Model, node: NodeWorkload): Generator<Fault> {
  for (const autoscaler of autoscalersOf(model, node)) {
    const least = autoscaler.tree.at('spec', 'minReplicas')?.number ?? 1;
    if (least >= 3) continue;
    yield warning(
      locate(autoscaler, 'spec', 'minReplicas'),
      `${titleOf(autoscaler)} goes down to ${least}: with one pod away there is no majority`,
      'write minReplicas: 3',
    );
  }
}

/** A number, or a share of the pods rounded up as Kubernetes does. */
function countOf(text: string | undefined, pods: number): number | undefined {
  const [, number, percent] = /^(\d+)(%?)$/.exec(text ?? '') ?? [];
  if (number === undefined) return undefined;
  return percent ? Math.ceil((Number(number) * pods) / 100) : Number(number);
}
