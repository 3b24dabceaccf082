import type { SimulationResult } from './simulate.js';

/** What somebody needs to look into a run that broke a promise: its seed and what was found. */
export function report({ seed, nodes, violations }: SimulationResult): string {
  const lines = violations.map(({ promise, found }) => `  ${promise}\n    ${found}`);
  return `seed ${seed} (${nodes} nodes):\n${lines.join('\n')}`;
}

/** A whole run in the order it happened: what was done to the cluster, and what the nodes wrote down. */
export function story({ steps, events }: SimulationResult): string {
  const lines = [
    ...steps.map(({ at, what }) => ({ at, line: `-- ${what}` })),
    ...events.map(({ at, node, incarnation, kind, ...rest }) => ({
      at,
      line: `   ${node}@${incarnation} ${kind} ${JSON.stringify(rest)}`,
    })),
  ];
  // Sorting keeps the order of what happened in one moment; steps come before what they set off.
  lines.sort((one, other) => one.at - other.at);
  return lines.map(({ at, line }) => `${at.toFixed(1).padStart(9)} ${line}`).join('\n');
}
