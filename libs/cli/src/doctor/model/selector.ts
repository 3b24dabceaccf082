import type { YamlTree } from '../read/yaml-tree.js';
import type { Labels } from './resource.js';

/**
 * Whether a label selector (`matchLabels`, `matchExpressions`) fits. An empty one fits everything, as in Kubernetes.
 */
export function selects(selector: YamlTree | undefined, added: Labels, labels: Labels): boolean {
  return (
    includes(labels, { ...selector?.at('matchLabels')?.texts, ...added }) &&
    (selector?.at('matchExpressions')?.items ?? []).every((expression) => fits(expression, labels))
  );
}

/** Whether all of the wanted labels are there. */
export function includes(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

function fits(expression: YamlTree, labels: Labels): boolean {
  const value = labels[expression.at('key')?.text ?? ''];
  const values = expression.at('values')?.items.map(({ text }) => text) ?? [];
  switch (expression.at('operator')?.text) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
