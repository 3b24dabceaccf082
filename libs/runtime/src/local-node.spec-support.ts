import { VirtualClock } from '@noex/testing';
import { LocalNode } from './local-node.js';
import type { LocalNodeOptions } from './local-node-options.js';
import { puppetDriver, type Work } from './puppet.spec-support.js';

/** A node in virtual time that knows the behavior `puppet`: it does what its messages, and its args, say. */
export function setup(options: Partial<LocalNodeOptions> = {}) {
  const clock = new VirtualClock();
  const node = new LocalNode({ id: 'n1', incarnation: 1, clock, ...options });
  const ended: string[] = [];
  const puppet = puppetDriver({
    init: (cell, args) => (typeof args === 'function' ? (args as Work)(cell.context) : undefined),
    call: (cell, name, payload) => (name === 'echo' ? payload : (payload as Work)(cell.context)),
    terminate: (cell, reason) => void ended.push(`${cell.context.self.id} ${String(reason)}`),
  });
  node.addBehavior(puppet);
  const nothingLeft = () => {
    expect(node.processCount).toBe(0);
    expect(node.wheel.size).toBe(0);
    expect(node.whereis('name')).toBeUndefined();
  };
  return { clock, node, puppet, ended, nothingLeft };
}

export const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => error,
  );
