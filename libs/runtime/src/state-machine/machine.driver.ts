import type { BehaviorDriver, ProcessCell } from '../behavior.js';
import type { Process } from '../process.js';
import { Machine } from './machine.js';
import type { MachineDefinition } from './machine-definition.js';
import type { TimeoutName } from './machine-timeouts.js';

/** Runs a state machine, in whatever form it was written: the state of its process is a `Machine`. */
export function machineDriver(definition: MachineDefinition): BehaviorDriver {
  const machine = (cell: ProcessCell) => cell.state as Machine;
  return {
    name: definition.name,
    crashOnCallError: definition.crashOnCallError,
    shutdownMs: definition.shutdownMs,
    ...(definition.mailbox && { mailbox: definition.mailbox }),
    followed: definition.followed,
    init(cell, args) {
      // A cell is its process; the machine's context and timeouts are parts of it.
      const started = new Machine(definition, cell as Process);
      cell.state = started;
      return started.start(args);
    },
    call: (cell, name, payload) => machine(cell).event('call', name, payload),
    cast: (cell, name, payload) => machine(cell).event('cast', name, payload),
    info: (cell, name, payload) => machine(cell).event('info', name, payload),
    down: (cell, news) => machine(cell).down(news),
    timeout: (cell, name, token) => machine(cell).timeout(name as TimeoutName, token),
    terminate: definition.terminate && ((cell, reason) => machine(cell).terminate(reason)),
    stateName: (cell) => (cell.state as Machine | undefined)?.state || undefined,
  };
}
