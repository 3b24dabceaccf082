import type { Finding } from './finding.js';
import { readModel } from './model/model.js';
import type { Variable } from './model/variable.js';
import type { SourceText } from './read/source-text.js';
import { RULES } from './rules/rules.js';

/** What is wrong with a deployment. */
export interface Diagnosis {
  /** By file and line. */
  readonly findings: readonly Finding[];
  /** How much that runs nodes was found: none means that there was nothing to judge. */
  readonly nodes: number;
}

/** All that is wrong with what was read. Pure; never throws for what the texts hold. */
export function diagnose(
  sources: readonly SourceText[],
  processVariables: readonly Variable[] = [],
): Diagnosis {
  const { model, unreadable } = readModel(sources, processVariables);
  const found = new Map<string, Finding>();
  const told = RULES.flatMap(({ id, check }) => [...check(model)].map((fault) => ({ rule: id, ...fault })));
  for (const finding of [...unreadable, ...told]) {
    // Two workloads that share a Service both lead to its fault.
    const key = [finding.rule, finding.file, finding.line, finding.problem].join('\0');
    found.set(key, finding);
  }
  return {
    findings: [...found.values()].sort(byPlace),
    nodes: model.nodes.length + model.composeFiles.flatMap(({ nodes }) => nodes).length,
  };
}

function byPlace(a: Finding, b: Finding): number {
  return compare(a.file, b.file) || a.line - b.line;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
