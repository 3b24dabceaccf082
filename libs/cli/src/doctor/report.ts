import type { Diagnosis } from './diagnose.js';
import type { Finding } from './finding.js';
import type { LoadedSources } from './read/load-sources.js';

/** For people: each finding with its place, what is wrong and what to do; a line of counts at the end. */
export function textReport(diagnosis: Diagnosis, loaded: LoadedSources): string {
  const { findings, nodes } = diagnosis;
  const skipped = loaded.skipped.map(({ file, reason }) => `${file}  skipped (${reason})\n`);
  const counts = ['error', 'warning'].map((severity) =>
    plural(findings.filter((finding) => finding.severity === severity).length, severity),
  );
  const what = `${plural(loaded.files, 'file')}, ${plural(nodes, 'workload')} that ${nodes === 1 ? 'runs' : 'run'} nodes`;
  const hint = nodes === 0 ? ' (a node is known by its variables, such as CLUSTER_SEEDS)' : '';
  return `${[...findings.map(entry), ...skipped].join('\n')}${findings.length + skipped.length > 0 ? '\n' : ''}${counts.join(', ')} in ${what}${hint}\n`;
}

/** For programs: one JSON object. */
export function jsonReport({ findings, nodes }: Diagnosis, { files, skipped }: LoadedSources): string {
  return `${JSON.stringify({ findings, files, nodes, skipped }, null, 2)}\n`;
}

function entry({ file, line, severity, rule, problem, fix }: Finding): string {
  return `${line > 0 ? `${file}:${line}` : file}  ${severity}  ${rule}\n  ${problem}\n  -> ${fix}\n`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
