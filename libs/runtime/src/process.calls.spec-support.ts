import { VirtualClock } from '@noex/testing';
import { LocalNode } from './local-node.js';
import type { CallOptions } from './process-context.js';
import { puppetDriver, type Work } from './puppet.spec-support.js';

/** A node in virtual time with one process to call. */
export async function setup(driver = puppetDriver()) {
  const clock = new VirtualClock();
  const node = new LocalNode({ id: 'n1', incarnation: 7, clock });
  const ref = await node.spawn(driver);
  const call = (work: Work, options?: CallOptions) => node.call(ref, 'do', work, options);
  /** Counts how often a call ended, and how. */
  const ends: unknown[] = [];
  const watched = (promise: Promise<unknown>) =>
    promise.then(
      (value) => void ends.push(value),
      (error: unknown) => void ends.push(error),
    );
  return { clock, node, ref, call, ends, watched };
}
