import { parseArgs } from 'node:util';
import {
  EXIT,
  OperationFailed,
  UsageError,
  type Command,
  type CommandHost,
  type CommandInput,
} from './command.js';

/** Carries out one command line. Never throws for what was typed: it says what is wrong with it, and gives 2. */
export async function runCommandLine(
  args: readonly string[],
  commands: readonly Command[],
  version: string,
  host: CommandHost,
): Promise<number> {
  const [first, ...rest] = args;
  if (first === '--version' || first === '-v') {
    host.writeOut(`${version}\n`);
    return EXIT.ok;
  }
  if (first === '--help' || first === '-h') {
    host.writeOut(overview(commands));
    return EXIT.ok;
  }
  const command = commands.find(({ name }) => name === first);
  if (!command) {
    const problem = first === undefined ? 'no command given' : `no command is called "${first}"`;
    host.writeError(`noex: ${problem}\n\n${overview(commands)}`);
    return EXIT.usage;
  }
  try {
    const input = readArguments(command, rest);
    if (input.options['help'] === true) {
      host.writeOut(helpOf(command));
      return EXIT.ok;
    }
    return await run(command, input, host);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    host.writeError(`noex ${command.name}: ${error.message}\n\n${usageOf(command)}`);
    return EXIT.usage;
  }
}

async function run(command: Command, input: CommandInput, host: CommandHost): Promise<number> {
  try {
    return await command.run(input, host);
  } catch (error) {
    if (!(error instanceof OperationFailed)) throw error;
    const { code, message, facts } = error;
    if (input.options['json'] === true) {
      host.writeOut(`${JSON.stringify({ error: { code, message, ...facts } }, null, 2)}\n`);
    }
    host.writeError(`noex ${command.name}: ${message}\n`);
    return EXIT.failed;
  }
}

function readArguments(command: Command, args: readonly string[]): CommandInput {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      options: { ...command.options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
      strict: true,
    });
    return { positionals, options: values };
  } catch (error) {
    // Only what was typed can be wrong here; a mistake in the table of options would be a TypeError without a code.
    if ((error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') !== true) throw error;
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `Usage: noex <command> [options]\n\n${lines.join('\n')}\n
noex <command> --help says more; noex --version prints the version.\n`;
}

function usageOf({ name, usage }: Command): string {
  return `Usage: noex ${name} ${usage}\n`;
}

function helpOf(command: Command): string {
  return `${usageOf(command)}\n${command.summary}\n\n${command.details}\n`;
}
