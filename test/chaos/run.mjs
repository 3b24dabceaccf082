// START HERE. `npm run test:chaos`: real nodes in network namespaces, faults between them, and a checker over what they wrote down.
// `-- --quick` leaves out `*.long.chaos-spec.ts` and halves the times of the others; what else is given goes to Jest.
// CHAOS_REQUIRED=1 fails where it would be skipped; CHAOS_KEEP=1 keeps histories and logs of scenarios that passed too.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled } from '../../tools/ensure.mjs';
import { removeNamespaces, whyNot } from './support/namespaces.mjs';

const HERE = import.meta.dirname;
const SIGNALLED = 128 + 15;

async function main(args) {
  const reason = whyNot();
  if (reason !== undefined) {
    process.stdout.write(`SKIPPED: the chaos suite did not run: ${reason}\n`);
    return process.env.CHAOS_REQUIRED === '1' ? 1 : 0;
  }
  await ensureInstalled();
  await ensureBuilt();
  const prefix = `nxc-${process.pid}-`;
  try {
    return await runJest(args, prefix);
  } finally {
    // Jest removes its own, unless it was killed.
    removeNamespaces(prefix);
  }
}

function runJest(args, prefix) {
  const jest = join(HERE, '..', '..', 'node_modules', 'jest', 'bin', 'jest.js');
  const config = join(HERE, 'jest.config.cjs');
  const rest = args.filter((arg) => arg !== '--quick');
  const quick = rest.length < args.length;
  const child = spawn(process.execPath, [jest, '--config', config, '--runInBand', ...rest], {
    stdio: 'inherit',
    env: { ...process.env, CHAOS_PREFIX: prefix, CHAOS_QUICK: quick ? '1' : '' },
  });
  // Jest gets them from the terminal as well; we wait for its end and clear up behind it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? SIGNALLED));
  });
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
