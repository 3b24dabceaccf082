// START HERE. `npm run test:simulation -- --seeds 10000`: clusters under random work and random faults, each all by its seed. See HELP.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const HELP = `npm run test:simulation -- [options]

Runs simulated clusters and checks what their nodes wrote down. Prints the seed and the broken promises of each run
that breaks one, and exits with 1 then.

  --seeds N    runs (default 1000)
  --first N    seed of the first of them (default 1)
  --seed N     this run alone, with all that happened in it
  --nodes N    nodes of every run (default: by the seed, mostly 3 to 10)
  --jobs N     processes that share the work (default: as many as the machine has cores)
`;

const HERE = import.meta.dirname;

function parseOptions(args) {
  const text = { type: 'string' };
  const options = {
    seeds: text,
    first: text,
    seed: text,
    nodes: text,
    jobs: text,
    help: { type: 'boolean' },
  };
  const { values } = parseArgs({ args, options });
  const number = (name, fallback) => {
    if (values[name] === undefined) return fallback;
    if (/^[1-9]\d{0,9}$/.test(values[name])) return Number(values[name]);
    throw new Error(`--${name} must be a whole number from 1, not "${values[name]}"`);
  };
  const seed = number('seed');
  const first = seed ?? number('first', 1);
  const last = seed ?? first + number('seeds', 1000) - 1;
  const jobs = Math.min(number('jobs', availableParallelism()), last - first + 1);
  return { first, last, jobs, nodes: number('nodes'), withStory: seed !== undefined, help: values.help };
}

/** Runs a share of the seeds; resolves with Jest's exit code and what it said. */
function runShare(order) {
  const jest = join(HERE, '..', '..', 'node_modules', 'jest', 'bin', 'jest.js');
  const child = spawn(process.execPath, [jest, '--config', join(HERE, 'jest.config.cjs'), '--runInBand'], {
    stdio: ['ignore', 'inherit', 'pipe'],
    env: { ...process.env, SIMULATION_ORDER: JSON.stringify(order) },
  });
  let said = '';
  child.stderr.on('data', (chunk) => (said += chunk));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, said }));
  });
}

function readResults(file) {
  const lines = readFileSync(file, { encoding: 'utf8', flag: 'a+' }).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

async function main(args) {
  const { first, last, jobs, nodes, withStory, help } = parseOptions(args);
  if (help) return void process.stdout.write(HELP);
  const folder = mkdtempSync(join(tmpdir(), 'noex-simulation-'));
  const startedAt = performance.now();
  try {
    const results = join(folder, 'results');
    const shares = Array.from({ length: jobs }, (_, job) =>
      runShare({ first: first + job, last, every: jobs, nodes, withStory, results }),
    );
    const ends = await Promise.all(shares);
    const runs = readResults(results);
    const broken = runs.filter(({ violations }) => violations > 0);
    // Jest failed for another reason than a broken promise: say which.
    if (runs.length < last - first + 1) {
      for (const { code, said } of ends) if (code !== 0) process.stderr.write(said);
    }
    const seconds = (performance.now() - startedAt) / 1000;
    const slowest = runs.reduce((most, { wholeAfterMs }) => Math.max(most, wholeAfterMs ?? Infinity), 0);
    const events = runs.reduce((sum, run) => sum + run.events, 0);
    process.stdout.write(
      `${runs.length} of ${last - first + 1} runs in ${seconds.toFixed(0)} s, ${events} events; ` +
        `the mesh was whole ${slowest} virtual ms after the last fault at the latest; ` +
        `${broken.length} broke a promise${broken.length > 0 ? `: seeds ${broken.map(({ seed }) => seed).join(', ')}` : ''}\n`,
    );
    process.exitCode = runs.length === last - first + 1 && broken.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
