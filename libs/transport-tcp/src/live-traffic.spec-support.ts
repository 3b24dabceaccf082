import { systemClock, type Clock } from '@noex/contracts';
import type { TransportNode } from '@noex/testing';
import { RELOAD_MS, SETTLE_MS } from './file-watcher.js';

/** The machine's clock, on which files are looked at all the time instead of every few seconds. */
export const watchfulClock: Clock = {
  ...systemClock,
  setTimeout: (run, delayMs) =>
    systemClock.setTimeout(run, delayMs === RELOAD_MS || delayMs === SETTLE_MS ? 5 : delayMs),
};

/** Frames that go back and forth between all pairs without a pause, each numbered one higher than the last. */
export class LiveTraffic {
  private readonly last = new Map<string, number>();
  private readonly nodes: TransportNode[] = [];
  /** Frames that were lost, repeated or out of order. */
  readonly gaps: string[] = [];

  /** Begins with nodes that are all connected with each other. */
  start(nodes: readonly TransportNode[]): void {
    for (const node of nodes) {
      this.nodes.push(node);
      this.listen(node);
    }
    for (const { host } of nodes) {
      for (const [id, connection] of host.connections) if (host.self.id < id) connection.send(encode(1));
    }
  }

  /** Resolves when so many more frames have arrived at each node. */
  async goesOn(frames = 20): Promise<void> {
    const before = new Map(this.last);
    const isThrough = (key: string) => this.last.get(key)! >= (before.get(key) ?? 0) + frames;
    await Promise.all(
      this.nodes.map(({ host }) =>
        host.until('the traffic goes on', () =>
          [...before.keys()].filter((key) => key.endsWith(`>${host.self.id}`)).every(isThrough),
        ),
      ),
    );
  }

  private listen({ host }: TransportNode): void {
    host.onFrame = (connection, frame) => {
      const key = `${connection.peer.id}>${host.self.id}`;
      const number = Buffer.from(frame).readUInt32BE();
      const expected = (this.last.get(key) ?? number - 2) + 2;
      if (number !== expected) this.gaps.push(`${key}: ${number} instead of ${expected}`);
      this.last.set(key, number);
      // At a pace that leaves the machine to the others.
      setTimeout(() => connection.send(encode(number + 1)), 1);
    };
  }
}

function encode(number: number): Buffer {
  const frame = Buffer.alloc(4);
  frame.writeUInt32BE(number);
  return frame;
}
