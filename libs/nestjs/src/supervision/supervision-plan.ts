import type { ChildSpec, SupervisorSpec } from '@noex/runtime';
import type { BehaviorDefinition } from '../behavior/behavior-metadata.js';
import { didYouMean } from '../options/did-you-mean.js';
import { invalidOptions, showValue, type OptionViolation } from '../options/option-violation.js';
import type { BehaviorReference, SupervisionTree } from './supervision-tree.js';

/**
 * What the root supervisor of a node is to start: the declared tree, then the behaviors with `autoStart` in the order of their
 * discovery; undefined where that is nobody. `names`: of all behaviors of the node, the app's own `behaviors` among them.
 *
 * @throws InvalidOptionsError that lists every behavior that is not there, or is there twice.
 */
export function supervisionPlan(
  { root, references }: SupervisionTree,
  behaviors: readonly BehaviorDefinition[],
  names: readonly string[],
): SupervisorSpec | undefined {
  const declared = (root.children ?? []).map((child) => withRestart(child, behaviors));
  const automatic = behaviors.filter(({ options }) => options.autoStart).map(autoStarted);
  const violations = [
    ...references.flatMap((reference) => missing(reference, behaviors, names)),
    ...automatic
      .filter(({ id }) => declared.some((child) => child.id === id))
      .map(({ id }) =>
        violation(`supervise`, showValue(id), `"${id}" here or autoStart on its class, not both`),
      ),
  ];
  if (violations.length > 0) throw invalidOptions(violations);
  const children = [...declared, ...automatic];
  return children.length > 0 ? { ...root, children } : undefined;
}

function autoStarted({ name, options }: BehaviorDefinition): ChildSpec {
  const { autoStart, restart } = options;
  return {
    id: name,
    behavior: name,
    ...(typeof autoStart === 'object' ? autoStart : {}),
    ...(restart === undefined ? {} : { restart }),
  };
}

/** The behavior's own restart policy where the tree gives none, at any depth. */
function withRestart<Child extends Omit<ChildSpec, 'id'>>(
  child: Child,
  behaviors: readonly BehaviorDefinition[],
): Child {
  const { behavior } = child;
  if (typeof behavior === 'string') {
    const restart = child.restart ?? behaviors.find(({ name }) => name === behavior)?.options.restart;
    return restart === undefined ? child : { ...child, restart };
  }
  const { children, template, ...tree } = behavior as SupervisorSpec;
  return {
    ...child,
    behavior: {
      ...tree,
      ...(children ? { children: children.map((nested) => withRestart(nested, behaviors)) } : {}),
      ...(template ? { template: withRestart(template, behaviors) } : {}),
    },
  };
}

function missing(
  { field, name, type }: BehaviorReference,
  behaviors: readonly BehaviorDefinition[],
  names: readonly string[],
): OptionViolation[] {
  if (type) {
    if (behaviors.some((known) => known.type === type)) return [];
    return [violation(field, type.name, `a behavior that is a provider: add ${type.name} to a module`)];
  }
  if (names.includes(name)) return [];
  const meant = didYouMean(name, names);
  const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
  return [violation(field, showValue(name), `the name of a behavior of this app${hint}`)];
}

function violation(field: string, value: string, expected: string): OptionViolation {
  return { field, value, expected, source: 'code' };
}
