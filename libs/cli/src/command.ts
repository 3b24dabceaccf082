import type { ParseArgsConfig } from 'node:util';

/** What a command may touch of the process it runs in. */
export interface CommandHost {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
}

export interface CommandInput {
  readonly positionals: readonly string[];
  /** By the name of the option; absent where it was not given. */
  readonly options: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
}

export interface Command {
  readonly name: string;
  /** What stands behind `noex <name>`, such as `[path...] [--json]`. */
  readonly usage: string;
  /** One line of `noex --help`. */
  readonly summary: string;
  /** The rest of `noex <name> --help`. */
  readonly details: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /**
   * @returns the exit code
   * @throws UsageError where what was given makes no sense
   */
  readonly run: (input: CommandInput, host: CommandHost) => Promise<number> | number;
}

/** What was typed cannot be carried out: the message says what to type instead. Exit code 2. */
export class UsageError extends Error {}

/** Exit codes of every command. */
export const EXIT = {
  ok: 0,
  /** The command ran, and its answer is bad news. */
  failed: 1,
  /** It could not run as it was typed. */
  usage: 2,
} as const;
