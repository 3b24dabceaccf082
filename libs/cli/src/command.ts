import type { ParseArgsConfig } from 'node:util';

/** What a command may touch of the process it runs in. */
export interface CommandHost {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Whether what it writes out goes to a terminal, whose screen can be cleared. */
  readonly isTerminal: boolean;
  readonly sleep: (ms: number) => Promise<void>;
}

/** What was typed behind the name of the command. */
export interface CommandInput {
  readonly positionals: readonly string[];
  /** By the name of the option; absent where it was not given. */
  readonly options: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
}

/** What `noex <name>` does. */
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

/** What was asked for could not be done: the message is one line. Exit code 1. */
export class OperationFailed extends Error {
  constructor(
    /** Stable, for programs. */
    readonly code: string,
    message: string,
    /** What else is known of it, for `--json`. */
    readonly facts: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

/** Exit codes of every command. */
export const EXIT = {
  ok: 0,
  /** The command ran, and its answer is bad news. */
  failed: 1,
  /** It could not run as it was typed. */
  usage: 2,
} as const;
