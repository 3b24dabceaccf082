/**
 * The commands of `noex`, to be run from code.
 *
 * @module @noex/cli
 */
export {
  EXIT,
  OperationFailed,
  UsageError,
  type Command,
  type CommandHost,
  type CommandInput,
} from './command.js';
export { runCommandLine } from './command-line.js';
export { COMMANDS } from './commands.js';
export { diagnose, type Diagnosis } from './doctor/diagnose.js';
export type { Finding, Severity } from './doctor/finding.js';
export type { SourceText } from './doctor/read/source-text.js';
