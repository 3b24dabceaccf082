// START HERE. `npm run bench`: noex next to its peers and to the limit, in one run; `npm run bench -- --help` for its options. Installs
// what only the benchmark needs (bench/package.json), builds the libraries and the benchmark, and runs it (src/main.ts).
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled } from '../tools/ensure.mjs';

const HERE = import.meta.dirname;
const SIGNALLED = 128 + 15;

function run(...args) {
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  // A terminal tells them as well; we wait for their end.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? SIGNALLED));
  });
}

async function main(args) {
  await ensureInstalled();
  await ensureInstalled(HERE);
  await ensureBuilt();
  const compiler = join(HERE, '..', 'node_modules', 'typescript', 'bin', 'tsc');
  return (await run(compiler, '-p', HERE)) || (await run(join(HERE, 'dist', 'main.js'), ...args));
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);
