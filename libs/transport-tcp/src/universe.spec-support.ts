import { SimulatedNode } from './simulated-node.spec-support.js';
import { SimulatedWorld, type Machine } from './simulation.spec-support.js';

/** A small generator of numbers from a seed (Vigna's splitmix32): each run can be repeated. */
function numbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return ((z ^ (z >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** Nodes of one mesh in virtual time. */
export class Universe {
  readonly random: () => number;
  readonly world: SimulatedWorld;
  readonly nodes = new Map<string, SimulatedNode>();
  private readonly machines = new Map<string, Machine>();
  private readonly all: SimulatedNode[] = [];
  private lives = 0;

  constructor(seed = 1) {
    this.random = numbers(seed);
    this.world = new SimulatedWorld(this.random);
  }

  /** Starts a life of the node; whatever machine it ran on before is lost. */
  start(name: string, seeds: readonly string[], address = `${name}:1`): SimulatedNode {
    this.crash(name);
    const node = this.create(name, seeds, address);
    this.nodes.set(name, node);
    return node;
  }

  /** Another node of a name that is in use. */
  startTwin(name: string, seeds: readonly string[], address: string): SimulatedNode {
    const original = this.machine(name);
    const twin = this.create(name, seeds, address);
    this.machines.set(name, original);
    return twin;
  }

  private create(name: string, seeds: readonly string[], address: string): SimulatedNode {
    const machine = this.world.machine(name);
    const { world, random } = this;
    const incarnation = ++this.lives;
    const records = () => this.addresses();
    const node = new SimulatedNode({ world, machine, incarnation, address, seeds, records, random });
    this.machines.set(name, machine);
    this.all.push(node);
    return node;
  }

  /** Both ways between the groups. */
  part(ours: readonly string[], theirs: readonly string[], change: 'block' | 'unblock'): void {
    for (const one of ours) {
      for (const other of theirs) {
        this.world[change](one, other);
        this.world[change](other, one);
      }
    }
  }

  /** How many connections each node has seen come up. */
  get ups(): Record<string, number> {
    return Object.fromEntries([...this.nodes].map(([name, node]) => [name, node.ups]));
  }

  machine(name: string): Machine {
    return this.machines.get(name)!;
  }

  /** Loses power: nobody is told. */
  crash(name: string): void {
    const machine = this.machines.get(name);
    if (machine) machine.state = 'lost';
    this.nodes.delete(name);
  }

  /** What DNS says: the nodes that run, wherever they are now. */
  private addresses(): string[] {
    return [...this.nodes.values()].map(({ mesh }) => mesh.address.replace(/:1$/, ''));
  }

  advance(ms: number): Promise<void> {
    return this.world.advance(ms);
  }

  /** Every pair is connected once, in both eyes, in the lives that run. */
  get isOneMesh(): boolean {
    const nodes = [...this.nodes.values()];
    return nodes.every(
      (a) =>
        a.up.size === nodes.length - 1 &&
        nodes.every((b) => a === b || a.up.get(b.self.id)?.peer.incarnation === b.self.incarnation),
    );
  }

  /** Advances until there is one mesh; the time it took. */
  async meshed(limitMs: number): Promise<number> {
    const start = this.world.now;
    while (!this.isOneMesh && this.world.now - start < limitMs) await this.advance(25);
    return this.isOneMesh ? this.world.now - start : Infinity;
  }

  get violations(): string[] {
    return this.all.flatMap(({ violations }) => violations);
  }
}
