import type { ProcessRef } from '@noex/contracts';
import { MemoryNetwork } from '@noex/transport-memory';
import type { HistoryEvent, Violation } from '../support/history/history.js';
import { Life, type NodeLimits } from './life.js';
import type { Random } from './random.js';
import type { SimulationClock } from './simulation-clock.js';

/** Refs that anybody may still use; older ones are forgotten. */
const KNOWN_REFS = 40;

export interface WorldOptions {
  readonly names: readonly string[];
  readonly clock: SimulationClock;
  readonly random: Random;
  readonly latencyMs: number;
  readonly jitterMs: number;
  /** Options of every node. */
  readonly limits: NodeLimits;
  readonly maxFrameBytes: number;
  /** What the network takes from a sender before it says no. */
  readonly maxQueuedBytes: number;
}

/** The nodes of a run, the network between them, and what all of them wrote down. */
export class World {
  readonly events: HistoryEvent[] = [];
  readonly complaints: Violation[] = [];
  readonly network: MemoryNetwork;
  readonly names: readonly string[];
  readonly random: Random;
  readonly clock: SimulationClock;
  private readonly lives = new Map<string, Life>();
  private readonly ofTransport: Random;
  private readonly ofPlacement: Random;
  private readonly refs: ProcessRef[] = [];
  private incarnation = 0;
  private addresses = 0;

  constructor(private readonly options: WorldOptions) {
    const { clock, random, latencyMs, jitterMs } = options;
    this.names = options.names;
    this.clock = clock;
    this.random = random;
    this.ofTransport = random.fork();
    this.ofPlacement = random.fork();
    this.network = new MemoryNetwork({ clock, latencyMs, jitterMs, random: this.ofTransport.next });
  }

  /** Those that are neither gone nor hung nor about to leave. */
  running(): Life[] {
    return this.inState('running');
  }

  inState(state: Life['state']): Life[] {
    return [...this.lives.values()].filter((life) => life.state === state);
  }

  /** All that still do anything. */
  living(): Life[] {
    return [...this.lives.values()].filter(({ state }) => state !== 'crashed' && state !== 'stopped');
  }

  /** Names of which no node runs. */
  absent(): string[] {
    const living = new Set(this.living().map(({ node }) => node));
    return this.names.filter((name) => !living.has(name));
  }

  anyRef(): ProcessRef | undefined {
    return this.random.pick(this.refs);
  }

  /** A node starts, at its old address or at one of its own; returns the name of this life. */
  start(node: string, sameAddress: boolean): string {
    const { clock, limits, maxFrameBytes, maxQueuedBytes } = this.options;
    const incarnation = ++this.incarnation;
    const address = sameAddress ? `memory:${node}` : `memory:${node}-${++this.addresses}`;
    const life = new Life({
      node,
      incarnation,
      transport: this.network.transport({ address, maxFrameBytes, maxQueuedBytes }),
      clock,
      random: this.ofPlacement.next,
      limits,
      record: (event) => {
        this.events.push({ at: clock.now(), node, incarnation, ...event } as HistoryEvent);
      },
      complain: (found) =>
        void this.complaints.push({ promise: 'Nodes in order never accuse each other.', found }),
      found: (ref) => this.remember(ref),
    });
    this.lives.set(node, life);
    life.start();
    return life.name;
  }

  crash(life: Life): void {
    life.crash();
    this.network.kill(life.node);
  }

  hang(life: Life): void {
    life.hang();
    this.network.pause(life.node);
  }

  resume(life: Life): void {
    life.resume();
    this.network.resume(life.node);
  }

  /** Whether all that live see each other, and nobody else. */
  isWhole(): boolean {
    const living = this.living();
    return living.every((life) => {
      const { members } = life.cluster;
      if (members.size !== living.length - 1) return false;
      return living.every(
        (other) => other === life || members.get(other.node)?.identity.incarnation === other.incarnation,
      );
    });
  }

  private remember(ref: ProcessRef): void {
    this.refs.push(ref);
    if (this.refs.length > KNOWN_REFS) this.refs.splice(this.random.between(0, KNOWN_REFS - 1), 1);
  }
}
