import { call } from './call/call.command.js';
import type { Command } from './command.js';
import { doctor } from './doctor/doctor.command.js';
import { drain } from './drain/drain.command.js';
import { processes } from './processes/processes.command.js';
import { status } from './status/status.command.js';
import { top } from './top/top.command.js';

/** Every command, in the order of `noex --help`. */
export const COMMANDS: readonly Command[] = [status, processes, top, call, drain, doctor];
