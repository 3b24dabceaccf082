import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** All that the nodes wrote down, over all their lives. */
export function readHistories(directory) {
  const all = {
    /** How often a worker took a call, a cast. */
    handled: new Map(),
    noted: new Map(),
    /** How each attempt ended for its caller. */
    ended: [],
    spawns: {},
    told: new Set(),
    ledgers: [],
  };
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.history'))) {
    // The last line may be cut short where a node was killed.
    const lines = readFileSync(join(directory, file), 'utf8').split('\n').slice(0, -1);
    for (const line of lines) take(all, file.split('.')[0], line);
  }
  return all;
}

function take(all, node, line) {
  const kind = line[0];
  const rest = line.slice(2);
  if (kind === 'h') return add(all.handled, rest);
  if (kind === 'n') return add(all.noted, rest);
  if (kind === 't') return all.told.add(rest);
  if (kind === 's') return void (all.spawns[rest] = (all.spawns[rest] ?? 0) + 1);
  if (kind === 'l') return all.ledgers.push({ node, ...JSON.parse(rest) });
  const [id, outcome, code, by] = rest.split(' ');
  all.ended.push({ id, outcome, code, by });
}

const add = (counts, key) => void counts.set(key, (counts.get(key) ?? 0) + 1);
