import fc from 'fast-check';
import type { ProcessRef } from '@noex/contracts';
import { memoryArbiter } from '@noex/testing';
import type { Cluster } from '../cluster.js';
import { FaultyArbiter, FreezableClock, type StoreState } from './faulty-arbiter.spec-support.js';
import { NameWorld } from './names.spec-support.js';

const LEASE_MS = 3_000;
const NODES = 3;
const NAMES = ['a', 'b'];

interface Candidate {
  readonly name: string;
  readonly ref: ProcessRef;
  readonly on: LeaseNode;
  epoch: number;
}

interface LeaseNode {
  readonly cluster: Cluster;
  readonly clock: FreezableClock;
  readonly arbiter: FaultyArbiter;
  isDead: boolean;
}

/** Nodes with one store, whoever wanted a name, and what must never be seen. */
class LeaseWorld {
  readonly world: NameWorld;
  readonly nodes: LeaseNode[] = [];
  readonly violations: string[] = [];
  readonly state: StoreState;
  /** Of each name, as far as a process has seen it. */
  readonly epochs = new Map<string, number>();
  private resume = () => {};
  private readonly candidates: Candidate[] = [];

  constructor(private readonly random: () => number) {
    this.world = new NameWorld(random);
    this.state = {
      store: memoryArbiter({ clock: this.world.clock, leaseMs: LEASE_MS }),
      standstill: undefined,
      granted: ({ name, epoch }) => {
        const held = this.believers(name);
        if (held.length > 0)
          this.violations.push(`"${name}" was given with ${epoch} while held: ${held.join(', ')}`);
      },
    };
  }

  async start(): Promise<void> {
    for (let n = 1; n <= NODES; n++) {
      const clock = new FreezableClock(this.world.clock);
      const arbiter = new FaultyArbiter(this.state, this.world.clock, clock);
      const { random } = this;
      const cluster = await this.world.start(`n${n}`, { incarnation: 1, clock, arbiter, random });
      this.nodes.push({ cluster, clock, arbiter, isDead: false });
    }
    await this.world.clock.advance(500);
  }

  /** The store carries nothing out until it goes on; then all that was asked meanwhile. */
  standStill(): void {
    this.state.standstill ??= new Promise((resolve) => (this.resume = resolve));
  }

  goOn(): void {
    this.state.standstill = undefined;
    this.resume();
  }

  runs({ isDead, clock }: LeaseNode): boolean {
    return !isDead && !clock.isFrozen;
  }

  wants(name: string, ref: ProcessRef, on: LeaseNode): void {
    this.candidates.push({ name, ref, on, epoch: 0 });
  }

  /** Processes that act as holders of the name now: by their epoch, or because their own node finds them. */
  believers(name: string): string[] {
    return this.candidates
      .filter((one) => one.name === name && this.runs(one.on) && one.on.cluster.node.isAlive(one.ref))
      .filter((one) => {
        const epoch = this.world.epochOf(one.ref);
        if (epoch !== undefined) this.seen(one, epoch);
        return epoch !== undefined || one.on.cluster.names.whereis(name)?.equals(one.ref);
      })
      .map(({ ref }) => ref.toString());
  }

  /** One that was seen with an epoch goes on with it, or with a later one; nobody begins with one that is not later than all before. */
  private seen(one: Candidate, epoch: number): void {
    if (epoch === one.epoch) return;
    const before = this.epochs.get(one.name) ?? 0;
    if (epoch <= before)
      this.violations.push(`${String(one.ref)} has ${epoch} of "${one.name}" after ${before}`);
    one.epoch = epoch;
    this.epochs.set(one.name, epoch);
  }

  look(): void {
    for (const name of NAMES) {
      const believe = this.believers(name);
      if (believe.length > 1) this.violations.push(`"${name}" is held by ${believe.join(' and ')}`);
    }
    expect(this.violations).toEqual([]);
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 50) {
      await this.world.clock.advance(Math.min(50, left));
      this.look();
      await this.contend();
    }
  }

  /** Whatever the store would give is asked for at once, by a node that may not know that somebody believes to have it. */
  private async contend(): Promise<void> {
    const held = this.state.store.holders();
    const on = this.nodes[Math.floor(this.random() * NODES)]!;
    const free = NAMES.find((one) => held[one] === undefined);
    if (free === undefined || !this.runs(on)) return;
    const ref = await this.world.spawn(on.cluster);
    this.wants(free, ref, on);
    const { names, node } = on.cluster;
    names.register(free, ref, { timeoutMs: 500 }).catch(() => node.exit(ref, 'kill'));
  }

  freeze(node: LeaseNode): void {
    node.clock.isFrozen = true;
    this.world.network.pause(node.cluster.self.id);
  }

  async thaw(node: LeaseNode, answersFirst: boolean): Promise<void> {
    if (!node.clock.isFrozen || node.isDead) return;
    node.clock.isFrozen = false;
    // Its processes are the first to run again.
    this.look();
    if (answersFirst) node.arbiter.thaw();
    await new Promise(setImmediate);
    this.look();
    node.clock.fireLate();
    node.arbiter.thaw();
    await new Promise(setImmediate);
    this.look();
    this.world.network.resume(node.cluster.self.id);
  }

  crash(node: LeaseNode): void {
    node.isDead = true;
    node.clock.isFrozen = true;
    node.arbiter.lost = 'requests';
    this.world.network.kill(node.cluster.self.id);
    this.world.nodes.splice(this.world.nodes.indexOf(node.cluster), 1);
  }
}

const name = fc.constantFrom(...NAMES);
const node = fc.nat(NODES - 1);
const kind = <K extends string>(of: K) => ({ kind: fc.constant(of) });
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ ...kind('register'), name, node, demote: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ ...kind('spawn'), name, node }) },
  { weight: 1, arbitrary: fc.record({ ...kind('unregister'), name, node }) },
  { weight: 2, arbitrary: fc.record({ ...kind('exit'), name, node }) },
  {
    weight: 4,
    arbitrary: fc.record({ ...kind('lose'), node, what: fc.constantFrom('requests', 'answers', 'nothing') }),
  },
  { weight: 2, arbitrary: fc.record({ ...kind('delay'), node, ms: fc.nat(LEASE_MS / 2) }) },
  { weight: 1, arbitrary: fc.record({ ...kind('standstill'), on: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ ...kind('freeze'), node }) },
  { weight: 3, arbitrary: fc.record({ ...kind('thaw'), node, answersFirst: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ ...kind('crash') }) },
  { weight: 1, arbitrary: fc.record({ ...kind('partition'), node }) },
  { weight: 1, arbitrary: fc.record({ ...kind('heal') }) },
  { weight: 8, arbitrary: fc.record({ ...kind('pass'), ms: fc.nat(LEASE_MS * 2) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

it('no two processes ever act under one name, and epochs only grow, whatever becomes of the store, the nodes and the network', async () => {
  const numbers = fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 10, maxLength: 50, size: 'max' }),
      numbers,
      async (steps, random) => {
        const own = new LeaseWorld(() => random.next().value!);
        await own.start();
        for (const one of steps) {
          await carryOut(own, one);
          own.look();
        }
        await settle(own);
        await own.world.close();
      },
    ),
    { numRuns: 40, interruptAfterTimeLimit: 25_000, markInterruptAsFailure: false },
  );
}, 60_000);

async function carryOut(own: LeaseWorld, one: Step): Promise<void> {
  const on = own.nodes['node' in one ? one.node : NODES - 1]!;
  const { cluster, arbiter } = on;
  const ignore = (promise: Promise<unknown>) => void promise.catch(() => {});
  switch (one.kind) {
    case 'register': {
      if (!own.runs(on)) return;
      const ref = await own.world.spawn(cluster);
      own.wants(one.name, ref, on);
      ignore(cluster.names.register(one.name, ref, { onConflict: one.demote ? 'demote' : 'stop' }));
      return;
    }
    case 'spawn': {
      if (!own.runs(on)) return;
      const onSpawn = (ref: ProcessRef) => own.wants(one.name, ref, on);
      ignore(cluster.spawn('idle', { globalName: one.name, on: 'local', timeoutMs: 10_000, onSpawn }));
      return;
    }
    case 'unregister':
      if (own.runs(on)) ignore(cluster.names.unregister(one.name));
      return;
    case 'exit': {
      const ref = own.runs(on) ? cluster.names.whereis(one.name) : undefined;
      if (ref) cluster.exit(ref, 'shutdown');
      return;
    }
    case 'lose':
      arbiter.lost = one.what;
      return;
    case 'delay':
      arbiter.delayMs = one.ms;
      return;
    case 'standstill': {
      if (one.on) own.standStill();
      else own.goOn();
      return;
    }
    case 'freeze':
      if (own.runs(on)) own.freeze(on);
      return;
    case 'thaw':
      return own.thaw(on, one.answersFirst);
    case 'crash':
      if (!on.isDead) own.crash(on);
      return;
    case 'partition': {
      const ids = own.nodes.map(({ cluster: { self } }) => self.id);
      own.world.network.partition(
        [cluster.self.id],
        ids.filter((id) => id !== cluster.self.id),
      );
      return;
    }
    case 'heal':
      return own.world.network.heal();
    case 'pass':
      await own.pass(one.ms);
  }
}

/** All faults end: whoever lives agrees on each name with the store, and one has it. */
async function settle(own: LeaseWorld): Promise<void> {
  for (const each of own.nodes) {
    each.arbiter.delayMs = 0;
    if (each.isDead) continue;
    each.arbiter.lost = 'nothing';
    await own.thaw(each, true);
  }
  own.goOn();
  own.world.network.heal();
  await own.pass(LEASE_MS * 5);
  const live = own.nodes.filter((each) => own.runs(each));
  for (const one of NAMES) {
    const believers = own.believers(one);
    expect(believers).toHaveLength(1);
    expect(live.map(({ cluster }) => cluster.names.whereis(one)?.toString())).toEqual(
      live.map(() => believers[0]),
    );
    const holder = live.find(({ cluster }) => cluster.names.whereis(one)?.node === cluster.self.id);
    expect(own.state.store.holders()[one]).toBe(holder?.cluster.self.id);
  }
}
