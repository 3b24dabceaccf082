/**
 * `error`: nodes do not start or do not find each other, work is lost, or a stranger gets in. `warning`: it runs, but
 * worse than it could.
 */
export type Severity = 'error' | 'warning';

export interface Location {
  /** As it was given, or relative to the folder that was given; `environment` for the process' own variables. */
  readonly file: string;
  /** From 1; 0 where the file has no lines. */
  readonly line: number;
}

/** One fault, by file and line, with its fix. */
export interface Finding extends Location {
  /** The id of the rule. */
  readonly rule: string;
  readonly severity: Severity;
  /** What is wrong and what comes of it. */
  readonly problem: string;
  /** What to write instead. */
  readonly fix: string;
}

/** What a rule says; the diagnosis adds whose word it is. */
export type Fault = Omit<Finding, 'rule'>;

export function error({ file, line }: Location, problem: string, fix: string): Fault {
  return { severity: 'error', file, line, problem, fix };
}

export function warning({ file, line }: Location, problem: string, fix: string): Fault {
  return { severity: 'warning', file, line, problem, fix };
}
