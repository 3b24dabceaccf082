// Commands of the machine, with what they said where they fail.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const MOST_OUTPUT = 64 * 1024 * 1024;
const LAST_WORDS = 4000;

/**
 * @param {{ timeoutMs?: number, input?: string }} options and those of execFile; `input` is what it reads from stdin
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>} rejects only where the command cannot be started or is killed
 */
export function attempt(command, args, { timeoutMs = 120_000, input = '', ...options } = {}) {
  return new Promise((resolve, reject) => {
    const settings = { ...options, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: MOST_OUTPUT };
    const child = execFile(command, args, settings, (error, stdout, stderr) => {
      if (!error || typeof error.code === 'number')
        return resolve({ code: error?.code ?? 0, stdout, stderr });
      const why = error.killed ? `was killed after ${timeoutMs} ms` : error.message;
      reject(new Error(`${command} ${args.join(' ')}: ${why}\n${stderr.slice(-LAST_WORDS)}`));
    });
    // A command that ends without reading it says why by itself.
    child.stdin.on('error', () => undefined).end(input);
  });
}

/** Its stdout without the last line break. @throws {Error} with the end of its stderr where it fails */
export async function run(command, args, options) {
  const { code, stdout, stderr } = await attempt(command, args, options);
  if (code !== 0) {
    throw new Error(
      `${command} ${args.join(' ')}: exit code ${code}\n${(stderr || stdout).slice(-LAST_WORDS)}`,
    );
  }
  return stdout.replace(/\n$/, '');
}

export function isOnPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));
}
