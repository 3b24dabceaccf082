import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Runs `code` as a module of its own, in the repository's folder, and gives what it hands to `print`. The scripts under
 * tools/ are plain ES modules, which Jest's CommonJS world cannot import.
 */
export function runModule(code: string, parameters: unknown = undefined): unknown {
  const prelude = `const parameters = ${JSON.stringify(parameters)};
    const print = (value) => process.stdout.write(JSON.stringify(value) ?? 'null');`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', `${prelude}\n${code}`],
    { cwd: join(__dirname, '..', '..'), encoding: 'utf8', timeout: 60_000, maxBuffer: 64 * 1024 * 1024 },
  );
  if (status !== 0) throw new Error(`exit code ${status}: ${stderr}`);
  return JSON.parse(stdout);
}
