import { createRequire } from 'node:module';
import { runCommandLine } from './command-line.js';
import { COMMANDS } from './commands.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

// Not process.exit: it would cut off what a pipe has not taken yet.
process.exitCode = await runCommandLine(process.argv.slice(2), COMMANDS, version, {
  cwd: process.cwd(),
  env: process.env,
  writeOut: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
});
