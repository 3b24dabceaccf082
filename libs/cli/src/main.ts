import { createRequire } from 'node:module';
import { setTimeout } from 'node:timers/promises';
import { runCommandLine } from './command-line.js';
import { COMMANDS } from './commands.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

// Whoever reads the output, such as head, may have seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

// Not process.exit: it would cut off what a pipe has not taken yet.
process.exitCode = await runCommandLine(process.argv.slice(2), COMMANDS, version, {
  cwd: process.cwd(),
  env: process.env,
  writeOut: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
  isTerminal: process.stdout.isTTY,
  sleep: (ms) => setTimeout(ms),
});
