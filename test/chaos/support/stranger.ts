import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Network } from './network.js';

const MAIN = join(__dirname, '../stranger.mjs');

/** Somebody on the network who has no business with the cluster; see stranger.mjs for what it does to the nodes. */
export class Stranger {
  /** How often it did each thing. */
  attempts: Readonly<Record<string, number>> = {};
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;

  constructor(network: Network, targets: readonly string[]) {
    const addresses = targets.map((name) => network.address(name));
    this.child = spawn(
      'ip',
      ['netns', 'exec', network.namespace('stranger'), process.execPath, MAIN, ...addresses],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
    this.child.on('message', (attempts: Record<string, number>) => (this.attempts = attempts));
    this.exited = once(this.child, 'exit');
  }

  /** Stops, and says what it did. */
  async leave(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.exited;
  }
}
