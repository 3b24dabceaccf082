import { error } from '../finding.js';
import type { Model } from '../model/model.js';
import { locate, sameNamespace, titleOf, type Resource } from '../model/resource.js';
import { selects } from '../model/selector.js';
import { podLabelsOf } from '../model/workload.js';
import type { Rule } from './rule.js';

/** The selector of one StatefulSet must not fit the pods of another, as it does when blue/green reuses a label. */
export const sharedLabels: Rule = {
  id: 'shared-labels',
  *check({ nodes, resources }: Model) {
    const sets = nodes.map(({ resource }) => resource).filter(({ kind }) => kind === 'StatefulSet');
    for (const other of resources.filter(({ kind }) => kind === 'StatefulSet')) {
      for (const set of sets) {
        if (set.name === other.name || !sameNamespace(set, other) || !claims(set, other)) continue;
        yield error(
          labelsAt(other),
          `the selector of ${titleOf(set)} (${set.file}:${set.line}) fits the pods of ${titleOf(other)}: Services, budgets and seeds mix the two, and their meshes merge`,
          'put a version label into every selector, and give each its own CLUSTER_NAME',
        );
      }
    }
  },
};

function claims(set: Resource, other: Resource): boolean {
  const selector = set.tree.at('spec', 'selector');
  // Kubernetes takes no empty selector here: a kustomization that was not read fills it.
  const isEmpty = [selector?.at('matchLabels'), selector?.at('matchExpressions')].every(
    (part) => (part?.entries.length ?? 0) + (part?.items.length ?? 0) === 0,
  );
  if (isEmpty && Object.keys(set.added.selectors).length === 0) return false;
  return selects(selector, set.added.selectors, podLabelsOf(other));
}

function labelsAt(resource: Resource) {
  return resource.tree.at('spec', 'template')
    ? locate(resource, 'spec', 'template', 'metadata', 'labels')
    : locate(resource, 'metadata', 'labels');
}
