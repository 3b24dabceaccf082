import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Row } from '../harness/result.js';
import type { Conditions } from './machine.js';

/** What the page is made of: the last results of each workload. */
export type Results = Readonly<Record<string, WorkloadResults>>;

export interface WorkloadResults {
  readonly conditions: Conditions;
  readonly rows: readonly Row[];
}

export function readResults(file: string): Results {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : {};
}

/** Numbers are written with four digits: more would be noise. */
export function writeJson(file: string, content: unknown): void {
  const brief = (_key: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
  // Rows one a line: a diff then shows what has changed.
  const text = JSON.stringify(content, brief, 1).replace(/\{\s+"workload"[^}]*\}/g, (row) =>
    row.replace(/\s*\n\s*/g, ' '),
  );
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${text}\n`);
}
