// `npm test`: installs and builds what is missing or stale, runs Jest with the arguments given after `--`, and ends
// with one line of counts: `N passed, N failed`, with `, N skipped` where there are any.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled } from './ensure.mjs';
import { ensureNatsServer } from './ensure/nats-server.mjs';
import { ROOT } from './ensure/root.mjs';
import { countsLine } from './test/counts.mjs';

/** How a process that a signal ended is reported as an exit code. */
const SIGNALLED = 128 + 15;

function runJest(args, countsFile) {
  // Beside the usual output; a file, because standard output is Jest's (`--json`, `--listTests`).
  const reporters = [`--reporters=${join(ROOT, 'tools', 'test', 'counts-reporter.cjs')}`];
  if (!args.some((arg) => arg.startsWith('--reporters'))) reporters.unshift('--reporters=default');
  // After the given arguments, since Jest takes whatever follows "--reporters" for reporters, file names too.
  const child = spawn(
    process.execPath,
    [join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'), ...args, ...reporters],
    { cwd: ROOT, stdio: 'inherit', env: { ...process.env, TEST_COUNTS_FILE: countsFile } },
  );
  // Ctrl-C reaches Jest by itself; we stay to say how it ended.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? SIGNALLED));
  });
}

async function main() {
  await ensureInstalled();
  await ensureBuilt();
  if (!(await ensureNatsServer())) process.env.TEST_WITHOUT_NATS = '1';
  const folder = mkdtempSync(join(tmpdir(), 'noex-test-'));
  try {
    const countsFile = join(folder, 'counts.json');
    process.exitCode = await runJest(process.argv.slice(2), countsFile);
    const line = countsLine(readCounts(countsFile), process.exitCode);
    if (line) console.log(line);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** None if Jest ran no tests, as for `--help`, or did not get to its end. */
function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

main().catch((error) => {
  console.error(error.message);
  console.log(countsLine(undefined, 1));
  process.exitCode = 1;
});
