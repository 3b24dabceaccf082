import type { Type } from '@nestjs/common';
import {
  CHILD_RULES,
  duplicateIds,
  fieldProblems,
  SUPERVISOR_RULES,
  type ChildSpec,
  type SpecProblem,
  type SupervisorSpec,
} from '@noex/runtime';
import { behaviorMetadata } from '../behavior/behavior-metadata.js';
import { isObject } from '../options/code-options.js';
import { didYouMean } from '../options/did-you-mean.js';

/** A tree as it was declared: checked, but for whether its behaviors are there. */
export interface SupervisionTree {
  readonly root: SupervisorSpec;
  readonly references: readonly BehaviorReference[];
}

/** A place in the options that names a behavior. */
export interface BehaviorReference {
  readonly field: string;
  readonly name: string;
  /** Where it was named by its class. */
  readonly type?: Type;
}

const OPTIONS = ['id', 'name', 'restart', 'shutdownMs', 'startMs'];
const ROOT_FIELDS = ['strategy', 'maxRestarts', 'withinMs', 'children'];
const TREE_FIELDS = [...OPTIONS, ...ROOT_FIELDS, 'template'];
const BEHAVIOR_FIELDS = [...OPTIONS, 'behavior', 'args'];
const TEMPLATE_FIELDS = ['restart', 'shutdownMs', 'startMs', 'behavior', 'args'];

/** Reads the option `supervise`; `tree` makes sense only without problems. */
export function readSupervision(given: unknown): { tree: SupervisionTree; problems: SpecProblem[] } {
  const reader = new TreeReader();
  const root = reader.root(given);
  return { tree: { root, references: reader.references }, problems: reader.problems };
}

type Fields = Record<string, unknown>;

class TreeReader {
  readonly problems: SpecProblem[] = [];
  readonly references: BehaviorReference[] = [];

  root(given: unknown): SupervisorSpec {
    if (Array.isArray(given)) return { children: this.children(given, 'supervise') };
    if (!isObject(given)) {
      this.wrong('supervise', given, 'a list of children, or { strategy, maxRestarts, withinMs, children }');
      return {};
    }
    const fields = given as Fields;
    if (fields.strategy === 'dynamic') {
      this.wrong('supervise.strategy', 'dynamic', 'one_for_one, one_for_all or rest_for_one at the root');
      return {};
    }
    this.unknownFields(fields, ROOT_FIELDS, 'supervise');
    return this.supervisor(fields, 'supervise');
  }

  private supervisor(fields: Fields, field: string): SupervisorSpec {
    this.problems.push(...fieldProblems(fields, SUPERVISOR_RULES, `${field}.`));
    const { strategy, maxRestarts, withinMs, children, template } = fields;
    const spec: Fields = withoutUndefined({ strategy, maxRestarts, withinMs });
    if (strategy === 'dynamic') {
      if (children !== undefined) {
        this.wrong(`${field}.children`, children, 'none: those of a dynamic supervisor come later');
      }
      if (isObject(template)) {
        this.unknownFields(template as Fields, TEMPLATE_FIELDS, `${field}.template`);
        const { id: _, ...rest } = this.behavior(template as Fields, `${field}.template`, '');
        spec.template = rest;
      } else if (template !== undefined) this.wrong(`${field}.template`, template, '{ behavior, … }');
    } else {
      if (template !== undefined) this.wrong(`${field}.template`, template, 'none unless it is dynamic');
      if (Array.isArray(children)) spec.children = this.children(children, `${field}.children`);
      else this.wrong(`${field}.children`, children, 'a list of children');
    }
    return spec;
  }

  private children(given: readonly unknown[], field: string): ChildSpec[] {
    const children = given.map((child, n) => this.child(child, `${field}[${n}]`, n));
    this.problems.push(...duplicateIds(children.map(({ id }, n) => ({ id, field: `${field}[${n}]` }))));
    return children;
  }

  private child(given: unknown, field: string, position: number): ChildSpec {
    const byDefault = `supervisor-${position + 1}`;
    if (typeof given === 'function' || typeof given === 'string') {
      const name = this.reference(given, field);
      return { id: name ?? byDefault, behavior: name ?? '' };
    }
    if (!isObject(given)) {
      this.wrong(field, given, 'a behavior (class or name), { behavior, … } or { strategy, children, … }');
      return { id: byDefault, behavior: '' };
    }
    const fields = given as Fields;
    if ('behavior' in fields || !TREE_FIELDS.some((name) => !OPTIONS.includes(name) && name in fields)) {
      this.unknownFields(fields, BEHAVIOR_FIELDS, field);
      return this.behavior(fields, field, byDefault);
    }
    this.unknownFields(fields, TREE_FIELDS, field);
    return { ...this.options(fields, field, byDefault), behavior: this.supervisor(fields, field) };
  }

  private behavior(fields: Fields, field: string, byDefault: string): ChildSpec {
    const name = this.reference(fields.behavior, `${field}.behavior`);
    const { args } = fields;
    const spec = { ...this.options(fields, field, name ?? byDefault), behavior: name ?? '' };
    return args === undefined ? spec : { ...spec, args };
  }

  private options(fields: Fields, field: string, byDefault: string): { id: string } {
    this.problems.push(...fieldProblems(fields, CHILD_RULES, `${field}.`));
    const { id = byDefault, name, restart, shutdownMs, startMs } = fields;
    return { id: id as string, ...withoutUndefined({ name, restart, shutdownMs, startMs }) };
  }

  /** The behavior's name; undefined where this names none. */
  private reference(given: unknown, field: string): string | undefined {
    const type = typeof given === 'function' ? (given as Type) : undefined;
    const name = type ? behaviorMetadata(type)?.name : given;
    if (typeof name === 'string' && name.trim() !== '') {
      this.references.push(type ? { field, name, type } : { field, name });
      return name;
    }
    this.wrong(
      field,
      type ? type.name : given,
      "a class decorated with @NoexBehavior('name'), or such a name",
    );
    return undefined;
  }

  private unknownFields(fields: Fields, known: readonly string[], field: string): void {
    for (const name of Object.keys(fields)) {
      if (known.includes(name)) continue;
      const meant = didYouMean(name, known);
      const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
      this.wrong(`${field}.${name}`, fields[name], `no field of this name${hint}`);
    }
  }

  private wrong(field: string, value: unknown, expected: string): void {
    this.problems.push({ field, value, expected });
  }
}

function withoutUndefined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
