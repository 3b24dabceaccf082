// Adds to a package-lock.json the optional packages for other platforms that npm left out because the registry it
// asked does not serve them; without them `npm ci` refuses the lock. Run after every change of the lock:
// `node tools/fix-lock.mjs [package-lock.json]`
import { readFileSync, writeFileSync } from 'node:fs';

const SYSTEMS = [
  'darwin',
  'linux',
  'win32',
  'android',
  'freebsd',
  'openharmony',
  'openbsd',
  'netbsd',
  'sunos',
  'aix',
];
const PROCESSORS = [
  'arm64',
  'x64',
  'ia32',
  'arm',
  'ppc64',
  'riscv64',
  's390x',
  'loong64',
  'mips64el',
  'wasm32',
];

/** Whether Node, asked from the package at `path`, would find `name` among the locked packages. */
function isLocked(packages, path, name) {
  for (let base = path; ;) {
    if (`${base ? `${base}/` : ''}node_modules/${name}` in packages) return true;
    if (base === '') return false;
    base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')));
  }
}

/** The entry that lets npm skip the package where the platform is another; the platform is in its name. */
function entryFor(name, range, parent) {
  const words = name.split(/[/-]/);
  const cpu = PROCESSORS.find((processor) => words.includes(processor));
  return {
    version: range.replace(/^[\^~]/, ''),
    ...(cpu ? { cpu: [cpu] } : {}),
    ...(parent.dev ? { dev: true } : {}),
    optional: true,
    os: [SYSTEMS.find((system) => words.includes(system)) ?? 'none'],
  };
}

const file = process.argv[2] ?? 'package-lock.json';
const lock = JSON.parse(readFileSync(file, 'utf8'));
let added = 0;
for (const [path, parent] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(parent.optionalDependencies ?? {})) {
    if (isLocked(lock.packages, path, name)) continue;
    lock.packages[`node_modules/${name}`] = entryFor(name, range, parent);
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`added ${added}`);
