import { readFileSync } from 'node:fs';

const LOCK_FILES = { 'yarn.lock': 'yarn', 'pnpm-lock.yaml': 'pnpm', 'bun.lock': 'bun', 'bun.lockb': 'bun' };
const KINDS = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];

/** The package manager of an application; npm where nothing speaks for another one. */
export function lockedBy(exists) {
  return Object.entries(LOCK_FILES).find(([file]) => exists(file))?.[1] ?? 'npm';
}

/** @returns {string} package.json with this package, its required peers, and the testing library that new behaviors' tests use */
export function addDependencies(text) {
  const json = JSON.parse(text);
  const own = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const range = `^${own.version}`;
  const required = Object.entries(own.peerDependencies).filter(
    ([name]) => !own.peerDependenciesMeta?.[name]?.optional,
  );
  const changes = [
    add(json, 'dependencies', [[own.name, range], ...required]),
    add(json, 'devDependencies', [['@noex/testing', range]]),
  ];
  return changes.includes(true) ? `${JSON.stringify(json, null, 2)}\n` : text;
}

function add(json, kind, packages) {
  const missing = packages.filter(([name]) => !KINDS.some((other) => json[other]?.[name]));
  if (missing.length === 0) return false;
  const sorted = [...Object.entries(json[kind] ?? {}), ...missing].sort(([a], [b]) => (a < b ? -1 : 1));
  json[kind] = Object.fromEntries(sorted);
  return true;
}
