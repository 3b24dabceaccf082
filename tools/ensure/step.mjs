// One step that takes a while: a line that says so and how long it took, the command's output only if it fails.
import { spawn } from 'node:child_process';

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * @param {string} title what the line says
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @param {(pid: number) => void} onStart
 */
export async function runStep(title, command, args, options, onStart) {
  const began = performance.now();
  process.stderr.write(`${title} … `);
  const { code, output } = await collect(command, args, options, onStart);
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  if (code !== 0) {
    process.stderr.write(`failed after ${seconds} s\n`);
    process.stderr.write(output);
    throw new Error(`${title}: failed (${code === null ? 'did not run to its end' : `exit code ${code}`})`);
  }
  process.stderr.write(`${seconds} s\n`);
}

function collect(command, args, options, onStart) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    // Who stops us stops the command, which would otherwise go on in the folder that the next one finds unlocked.
    const stop = () => child.kill('SIGTERM');
    for (const signal of STOP_SIGNALS) process.on(signal, stop);
    const output = [];
    child.stdout.on('data', (piece) => output.push(piece));
    child.stderr.on('data', (piece) => output.push(piece));
    child.once('spawn', () => onStart(child.pid));
    child.once('error', reject);
    child.once('close', (code) => {
      for (const signal of STOP_SIGNALS) process.off(signal, stop);
      resolve({ code, output: Buffer.concat(output) });
    });
  });
}
