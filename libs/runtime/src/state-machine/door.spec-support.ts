import type { ExitReason } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { LocalNode } from '../local-node.js';
import type { LocalNodeOptions } from '../local-node-options.js';
import type { CallOptions } from '../process-context.js';
import { stateMachineDriver } from './state-machine.driver.js';
import { defineStateMachine, type StateMachine } from './state-machine.js';
import { keep, next, postpone } from './transition.js';

/** A node with a process of the machine, in virtual time. */
export async function start<Data, Args>(
  machine: StateMachine<Data, Args>,
  args?: Args,
  options: Partial<LocalNodeOptions> = {},
) {
  const clock = new VirtualClock();
  const node = new LocalNode({ id: 'n1', incarnation: 1, clock, ...options });
  const driver = stateMachineDriver(machine);
  const ref = await node.spawn(driver, { args });
  const ends: unknown[] = [];
  const reasons: ExitReason[] = [];
  node.monitor(ref, (reason) => reasons.push(reason));
  return {
    clock,
    node,
    ref,
    /** How each watched call ended, in the order of the ends. */
    ends,
    /** Why the process ended. */
    reasons,
    call: (name: string, payload?: unknown, callOptions?: CallOptions) =>
      node.call(ref, name, payload, callOptions),
    cast: (name: string, payload?: unknown) => node.cast(ref, name, payload),
    watch: (promise: Promise<unknown>) =>
      void promise.then(
        (value) => ends.push(value),
        (error: Error) => ends.push(error),
      ),
  };
}

/** A door with a code: it opens for 5 s, and who wants to pass a closed door waits. */
export const door = defineStateMachine({
  name: 'door',
  init: (args: { code: string; log: string[] }) => next('closed', { ...args, tries: 0 }),
  states: {
    closed: {
      enter: (data, _ctx, from) => void data.log.push(`${from} -> closed`),
      call: {
        open: (code: string, data) =>
          code === data.code
            ? next('open', { ...data, tries: 0 }, { reply: 'opened', timeoutMs: 5000 })
            : keep({ ...data, tries: data.tries + 1 }, { reply: 'wrong code' }),
        pass: () => postpone(),
      },
      cast: { ring: () => postpone() },
    },
    open: {
      enter: (data, _ctx, from) => void data.log.push(`${from} -> open`),
      timeout: (data) => next('closed', data),
      call: {
        pass: (who: string, data) => {
          data.log.push(`${who} passes`);
          return keep(data, { reply: `welcome ${who}` });
        },
        close: (_: void, data) => next('closed', data, { reply: 'closed' }),
      },
      cast: { ring: (_: void, data) => void data.log.push('rings') },
    },
  },
  any: {
    call: { look: (_: void, data, ctx) => keep(data, { reply: { state: ctx.state, tries: data.tries } }) },
  },
});

export const startDoor = () => start(door, { code: '42', log: [] as string[] });
