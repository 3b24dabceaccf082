import {
  PROTOCOL_VERSION,
  RefusalLog,
  silentLogger,
  type NodeDownReason,
  type NodeIdentity,
  type PeerConnection,
  type Refusal,
  type RefusalCode,
  type TransportHost,
} from '@noex/contracts';
import { Mesh } from './mesh.js';
import { SeedWatcher } from './seed-watcher.js';
import { parseSeed } from './seed.js';
import type { Machine, SimulatedWorld } from './simulation.spec-support.js';

const HEARTBEAT_MS = 1_000;
const SILENCE_MS = 4_000;
const GOSSIP_MS = 10_000;

export interface SimulatedNodeOptions {
  readonly world: SimulatedWorld;
  readonly machine: Machine;
  readonly incarnation: number;
  readonly address: string;
  readonly seeds: readonly string[];
  /** What the name in a `dns:` seed stands for. */
  records(): readonly string[];
  random(): number;
}

/** A node as the cluster makes one: it says that it lives, notices silence, and tells its peers of each other. */
export class SimulatedNode implements TransportHost {
  readonly self: NodeIdentity;
  readonly up = new Map<string, PeerConnection>();
  readonly violations: string[] = [];
  readonly refusals: RefusalCode[] = [];
  readonly mesh: Mesh;
  ups = 0;
  private readonly seeds: SeedWatcher;
  private readonly heardAt = new Map<PeerConnection, number>();
  private readonly newest = new Map<string, number>();
  private lastLook = 0;
  private looks = 0;

  constructor(private readonly options: SimulatedNodeOptions) {
    const { world, machine, incarnation, address, random } = options;
    this.self = { id: machine.name, incarnation, clusterName: 'sim', protocol: PROTOCOL_VERSION };
    this.mesh = new Mesh({
      host: this,
      address,
      maxFrameBytes: 2 ** 20,
      handshakeTimeoutMs: 5_000,
      reconnectMinMs: 100,
      reconnectMaxMs: 5_000,
      clock: machine,
      logger: silentLogger,
      refusals: new RefusalLog(silentLogger, machine),
      random,
      connect: (to) => world.connect(machine, to),
    });
    this.seeds = new SeedWatcher({
      seeds: options.seeds.map(parseSeed),
      dns: { addresses: async () => options.records(), services: async () => [] },
      clock: machine,
      logger: silentLogger,
      isWhole: (index) => this.mesh.peers.size > 0 && this.mesh.dialer.hasMet(index),
      found: (index, addresses) => this.mesh.dialer.setSeed(index, addresses),
      unresolved() {},
    });
    machine.listeners.set(address, (stream) => this.mesh.answer(stream, 'sim', () => {}));
    this.seeds.start();
    this.lastLook = machine.now();
    machine.setTimeout(() => this.look(), HEARTBEAT_MS / 2);
    machine.setTimeout(() => this.gossip(), GOSSIP_MS);
  }

  peerUp(connection: PeerConnection): void {
    const { id, incarnation } = connection.peer;
    if (this.up.has(id)) this.violations.push(`${id} is up twice`);
    if (incarnation < (this.newest.get(id) ?? 0)) this.violations.push(`${id} is back in an older life`);
    this.newest.set(id, incarnation);
    this.up.set(id, connection);
    this.ups++;
    this.heardAt.set(connection, this.options.machine.now());
    this.tell(connection);
  }

  peerDown(connection: PeerConnection, _reason: NodeDownReason): void {
    const { id } = connection.peer;
    if (this.up.get(id) !== connection) this.violations.push(`${id} is down and was not up`);
    this.up.delete(id);
    this.heardAt.delete(connection);
  }

  frame(connection: PeerConnection, frame: Uint8Array): void {
    if (this.up.get(connection.peer.id) !== connection) this.violations.push('a frame of nobody');
    this.heardAt.set(connection, this.options.machine.now());
    if (frame.length > 0) this.mesh.dialer.learn(JSON.parse(Buffer.from(frame).toString()));
  }

  writable(): void {}

  refused({ code }: Refusal): void {
    this.refusals.push(code);
  }

  private tell(connection: PeerConnection): void {
    const others = [...this.up.values()].filter((other) => other !== connection).map(({ peer }) => peer);
    connection.send(Buffer.from(JSON.stringify(others)));
  }

  private gossip(): void {
    const peers = [...this.up.values()];
    const one = peers[Math.floor(this.options.random() * peers.length)];
    if (one) this.tell(one);
    this.options.machine.setTimeout(() => this.gossip(), GOSSIP_MS);
  }

  private look(): void {
    const { machine } = this.options;
    const now = machine.now();
    const hung = now - this.lastLook > HEARTBEAT_MS ? now - this.lastLook : 0;
    this.lastLook = now;
    const beat = ++this.looks % 2 === 0;
    for (const connection of [...this.up.values()]) {
      const heardAt = this.heardAt.get(connection)! + hung;
      this.heardAt.set(connection, heardAt);
      if (now - heardAt >= SILENCE_MS) connection.close('heartbeat_timeout');
      else if (beat) connection.send(new Uint8Array(0));
    }
    machine.setTimeout(() => this.look(), HEARTBEAT_MS / 2);
  }
}
