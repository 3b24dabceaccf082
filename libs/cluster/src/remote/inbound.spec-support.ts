import {
  silentLogger,
  type NodeDownReason,
  type PeerConnection,
  type PeerIdentity,
  type Transport,
} from '@noex/contracts';
import { plainDriver } from '@noex/runtime';
import { Cluster } from '../cluster.js';
import { FrameKind } from '../wire/frame-kind.js';
import { FrameWriter } from '../wire/frame-writer.js';
import { PayloadCodec } from '../wire/payload-codec.js';

/** A peer whose frames the test writes itself. */
export class Connection implements PeerConnection {
  readonly features = new Set<string>();
  readonly queuedBytes = 0;
  readonly sent: Buffer[] = [];
  closed: NodeDownReason | undefined;

  constructor(readonly peer: PeerIdentity) {}

  send(frame: Uint8Array): boolean {
    this.sent.push(Buffer.from(frame));
    return true;
  }

  close(reason: NodeDownReason): void {
    this.closed ??= reason;
  }
}

const transport: Transport = {
  maxFrameBytes: 16 * 2 ** 20,
  start: async () => 'test:a',
  learn: () => {},
  close: async () => {},
};

const codec = new PayloadCodec();
export const writer = () => new FrameWriter(codec, 2 ** 20);

/** A node without a network, and what it warns of. */
export async function listen(): Promise<{ cluster: Cluster; warnings: unknown[] }> {
  const warnings: unknown[] = [];
  const logger = { ...silentLogger, warn: (_: string, fields?: object) => warnings.push(fields) };
  // These peers send no heartbeats.
  const heartbeat = { timeoutMs: Infinity };
  const cluster = new Cluster({ nodeName: 'a', transport, incarnation: 1, logger, heartbeat });
  cluster.addBehavior(
    plainDriver({ name: 'cart', init: () => null, handleCall: { echo: (x) => [x, null] } }),
  );
  await cluster.start();
  return { cluster, warnings };
}

const announcement = (() => {
  const to = writer();
  to.plain(FrameKind.Announce, { behaviors: ['cart'], draining: false, peers: [] });
  return to.batch();
})();

let lives = 0;
/** Each connection is a life of its peer of its own. */
export function connect(cluster: Cluster, id: string): Connection {
  const connection = new Connection({ id, incarnation: ++lives, address: `test:${id}` });
  cluster.host.peerUp(connection);
  cluster.host.frame(connection, announcement);
  return connection;
}

/** Whether a peer of the node still gets its calls answered. */
export async function answers(cluster: Cluster, peer: Connection): Promise<boolean> {
  const ref = await cluster.spawn('cart', { on: 'local' });
  const to = writer();
  to.call(7, 0, ref.id, 'echo', 'still fine', undefined, undefined);
  cluster.host.frame(peer, to.batch());
  for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
  cluster.exit(ref, 'kill');
  return peer.sent.at(-1)!.toString('latin1').includes('still fine');
}
