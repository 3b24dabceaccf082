import type { ChildSpec, SupervisorSpec } from './supervisor-spec.js';

/** One thing that is wrong with a spec. */
export interface SpecProblem {
  /** Way to it, for instance `children[1].restart`. */
  readonly field: string;
  readonly value: unknown;
  readonly expected: string;
}

interface FieldRule {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

const oneOf = (...words: string[]): FieldRule => ({
  expected: `one of ${words.join(', ')}`,
  holds: (value) => words.includes(value as string),
});
const text = (expected: string): FieldRule => ({
  expected,
  holds: (value) => typeof value === 'string' && value.trim() !== '',
});

/** Fields of a supervisor but for its children. */
export const SUPERVISOR_RULES = {
  strategy: oneOf('one_for_one', 'one_for_all', 'rest_for_one', 'dynamic'),
  maxRestarts: {
    expected: 'a whole number of restarts of at least 0',
    holds: (value) => Number.isInteger(value) && (value as number) >= 0,
  },
  withinMs: {
    expected: 'a number of milliseconds above 0',
    holds: (value) => typeof value === 'number' && value > 0,
  },
} as const satisfies Record<string, FieldRule>;

/** Fields of any child but for its behavior. */
export const CHILD_RULES = {
  id: text('an id'),
  name: text('a name to register'),
  restart: oneOf('permanent', 'transient', 'temporary'),
  shutdownMs: {
    expected: 'a number of milliseconds of at least 0, Infinity or kill',
    holds: (value) => value === 'kill' || (typeof value === 'number' && value >= 0),
  },
  startMs: {
    expected: 'a number of milliseconds above 0, or Infinity',
    holds: (value) => typeof value === 'number' && value > 0,
  },
  type: oneOf('worker', 'supervisor'),
} as const satisfies Record<string, FieldRule>;

/** Checks the given fields against their rules; fields without a rule are somebody else's. */
export function fieldProblems(
  given: object,
  rules: Readonly<Record<string, FieldRule>>,
  prefix: string,
): SpecProblem[] {
  return Object.entries(given).flatMap(([name, value]) => {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (!rule || value === undefined || rule.holds(value)) return [];
    return [{ field: prefix + name, value, expected: rule.expected }];
  });
}

/** Ids that an earlier child of the same supervisor has. */
export function duplicateIds(
  children: readonly { readonly id: unknown; readonly field: string }[],
): SpecProblem[] {
  const first = new Map<unknown, string>();
  return children.flatMap(({ id, field }) => {
    const twin = first.get(id);
    if (twin === undefined) first.set(id, field);
    return twin === undefined || id === undefined
      ? []
      : [{ field, value: id, expected: `an id of its own: ${twin} has it as well` }];
  });
}

/** Everything that is wrong with a supervisor's spec, nested ones included. */
export function supervisorProblems(spec: unknown, prefix = ''): SpecProblem[] {
  if (!isObject(spec)) return [{ field: prefix || 'spec', value: spec, expected: 'a supervisor spec' }];
  const { strategy, children, template } = spec as Partial<Record<keyof SupervisorSpec, unknown>>;
  const path = prefix === '' ? '' : `${prefix}.`;
  const problems = fieldProblems(spec, SUPERVISOR_RULES, path);
  if (template !== undefined) {
    if (strategy !== 'dynamic') {
      problems.push({ field: `${path}template`, value: template, expected: 'none unless it is dynamic' });
    } else problems.push(...childProblems(template, `${path}template`, ['behavior']));
  }
  if (children === undefined) return problems;
  if (strategy === 'dynamic' || !Array.isArray(children)) {
    const expected =
      strategy === 'dynamic' ? 'none: those of a dynamic one come later' : 'a list of children';
    return [...problems, { field: `${path}children`, value: children, expected }];
  }
  const list = (children as unknown[]).map((child, n) => ({ child, field: `${path}children[${n}]` }));
  return [
    ...problems,
    ...list.flatMap(({ child, field }) => childProblems(child, field)),
    ...duplicateIds(
      list.map(({ child, field }) => ({ id: (child as { id?: unknown } | null)?.id, field: `${field}.id` })),
    ),
  ];
}

/** Everything that is wrong with a child's spec. */
export function childProblems(
  child: unknown,
  field = '',
  required: readonly ('id' | 'behavior')[] = ['id', 'behavior'],
): SpecProblem[] {
  if (!isObject(child)) return [{ field: field || 'child', value: child, expected: 'a child spec' }];
  const path = field === '' ? '' : `${field}.`;
  const { id, behavior } = child as Partial<ChildSpec>;
  const problems = fieldProblems(child, CHILD_RULES, path);
  if (id === undefined && required.includes('id')) {
    problems.push({ field: `${path}id`, value: id, expected: CHILD_RULES.id.expected });
  }
  if (behavior === undefined ? required.includes('behavior') : !isBehavior(behavior)) {
    const expected = "a behavior's name or driver, or the spec of a supervisor";
    problems.push({ field: `${path}behavior`, value: behavior, expected });
  } else if (isObject(behavior) && !('init' in behavior)) {
    problems.push(...supervisorProblems(behavior, `${path}behavior`));
  }
  return problems;
}

function isBehavior(value: unknown): boolean {
  return typeof value === 'string' ? value.trim() !== '' : isObject(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
