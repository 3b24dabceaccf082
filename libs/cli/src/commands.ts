import type { Command } from './command.js';
import { doctor } from './doctor/doctor.command.js';

/** Every command, in the order of `noex --help`. */
export const COMMANDS: readonly Command[] = [doctor];
