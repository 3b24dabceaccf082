import type { Abstract, Type } from '@nestjs/common';
import type { MemoryNetwork, PartitionMode } from '@noex/transport-memory';
import type { LogLine } from '../log-recorder.js';
import { turn, within } from '../patience.js';
import type { VirtualClock } from '../virtual-clock.js';
import type { Reach } from './reach.js';
import type { TestNode } from './test-node.js';
import { movements, progress, wrongViews, type WrongView } from './unrest.js';

/** How long anything may take here, in milliseconds of the machine: below Jest's limit, so that a failure says what was awaited. */
const LIMIT_MS = 4_000;
/** Looks in a row, a turn of the event loop apart, that must find nothing at work: a connection comes up in fewer turns than these. */
const CALM_LOOKS = 8;
/** Virtual time that passes at once where something waits for it, in milliseconds. */
const STEP_MS = 100;
/** Turns of the event loop between two such steps while apps close: their own work goes first. */
const TURNS_PER_STEP = 20;

export interface TestClusterParts {
  readonly network: MemoryNetwork;
  readonly reach: Reach;
  /** Undefined where time is the machine's. */
  readonly clock: VirtualClock | undefined;
  readonly log: readonly LogLine[];
  /** Starts a new life of a node. */
  start(id: string): Promise<TestNode>;
}

/** Nest apps of one OS process as the nodes of a cluster, over a network whose faults and time are the test's. */
export class TestCluster {
  /** The last life of each node, whether it lives or not. */
  private readonly lives = new Map<string, TestNode>();
  private readonly living = new Set<TestNode>();
  /** Former lives whose apps are still to be closed. */
  private readonly former: TestNode[] = [];
  private closing: Promise<void> | undefined;

  /** For `createTestCluster`. */
  constructor(private readonly parts: TestClusterParts) {}

  /** Starts nodes one after the other; resolves when all of them see each other. */
  async start(ids: readonly string[]): Promise<void> {
    for (const id of ids) await this.begin(id);
    await this.noticed(() => true);
  }

  private async begin(id: string): Promise<TestNode> {
    const node = await this.parts.start(id);
    this.lives.set(id, node);
    this.living.add(node);
    return node;
  }

  /** The nodes that live. */
  get nodes(): readonly TestNode[] {
    return [...this.living];
  }

  /** All lines of all nodes, and those of the apps' own loggers. */
  get log(): readonly LogLine[] {
    return this.parts.log;
  }

  /** A node in its last life. @throws Error for a name that no node has. */
  node(id: string): TestNode {
    const node = this.lives.get(id);
    if (node) return node;
    throw new Error(
      `there is no node "${id}" in this test cluster; it has ${[...this.lives.keys()].join(', ')}`,
    );
  }

  /** A provider of a node's app. */
  get<T>(id: string, token: Type<T> | Abstract<T> | string | symbol): T {
    return this.node(id).get(token);
  }

  // --- faults; each resolves when the nodes concerned have noticed, but for what only silence tells ---

  /**
   * Separates the nodes of one group from those of the other, until `heal`; partitions add up. `cut` (the default) ends their
   * connections. `blackhole` and `one-way` (only what the first group sends is lost) leave them open: the nodes find out by their
   * heartbeats, which takes time; this resolves at once, `settled()` waits for it.
   */
  async partition(
    from: readonly string[],
    to: readonly string[],
    { mode = 'cut' }: { mode?: PartitionMode } = {},
  ): Promise<void> {
    for (const id of [...from, ...to]) this.node(id);
    this.parts.reach.partition(from, to, mode);
    this.parts.network.partition(from, to, { mode });
    await this.noticed(
      ({ node, other }) => from.concat(to).includes(node) && from.concat(to).includes(other),
    );
  }

  /** Two nodes lose their connection, with all that is under way on it, and find each other again. */
  async cut(a: string, b: string): Promise<void> {
    const peers = [this.alive(a).cluster.members.get(b), this.alive(b).cluster.members.get(a)];
    this.parts.network.disconnect(a, b);
    await this.until(`the connection of ${a} and ${b} is lost`, () =>
      peers.some((peer) => peer?.up) ? [`${a} and ${b} are still connected`] : [],
    );
  }

  /** Ends all partitions. */
  async heal(): Promise<void> {
    this.parts.reach.heal();
    this.parts.network.heal();
    await this.noticed(() => true);
  }

  /** The node hangs, as far as the network can tell; what is sent to it waits. The others find out by their heartbeats. */
  async pause(id: string): Promise<void> {
    this.alive(id);
    this.parts.reach.pause(id);
    this.parts.network.pause(id);
  }

  async resume(id: string): Promise<void> {
    this.alive(id);
    this.parts.reach.resume(id);
    this.parts.network.resume(id);
    await this.noticed(({ node, other }) => node === id || other === id);
  }

  /** The node crashes: it falls silent, its processes are gone without `terminate`. Its app is torn down at `close`. */
  async kill(id: string): Promise<void> {
    const node = this.alive(id);
    this.parts.network.kill(id);
    this.parts.reach.resume(id);
    this.living.delete(node);
    await this.passing(() => `node ${id} is gone`, node.crash(), 0);
    await this.noticed(({ other }) => other === id);
  }

  /** The node leaves as an app that is told to stop does: it drains, its processes terminate, it says goodbye. */
  async leave(id: string): Promise<void> {
    const node = this.alive(id);
    this.living.delete(node);
    await this.passing(() => `node ${id} has left`, node.close(), STEP_MS);
    await this.noticed(({ other }) => other === id);
  }

  /** A new life of the node, with the same name and modules and a newer incarnation. Kills it first if it lives. */
  async restart(id: string): Promise<TestNode> {
    const before = this.node(id);
    if (this.living.has(before)) await this.kill(id);
    this.former.push(before);
    const node = await this.begin(id);
    await this.noticed((view) => view.node === id || view.other === id);
    return node;
  }

  private alive(id: string): TestNode {
    const node = this.node(id);
    if (this.living.has(node)) return node;
    throw new Error(`node "${id}" does not live any more; cluster.restart('${id}') gives it a new life`);
  }

  // --- time ---

  /**
   * Lets virtual time pass; what each moment sets off is done before the next one comes. Messages need no time: they travel
   * without it. @throws Error where the clock is the machine's.
   */
  async advance(ms: number): Promise<void> {
    if (this.parts.clock) return this.parts.clock.advance(ms);
    throw new Error(
      `this test cluster runs in real time; createTestCluster({ clock: 'virtual' }) can advance`,
    );
  }

  /**
   * Resolves when every living node sees exactly those it can reach, no message waits or is under way, and no handler is at work.
   * A call whose reply was put off (`deferReply`) waits for something to come, and is not waited for; nor is what a fault holds
   * back. Virtual time passes only while what the nodes see is wrong: heartbeats and new connections need it. Rejects after
   * `withinMs` of the machine's time (default 4000), with what was still moving.
   */
  async settled(withinMs = LIMIT_MS): Promise<void> {
    const open = () => this.wrongViews().map(({ text }) => text);
    await this.until('the cluster is settled', open, { isCalm: true, withinMs });
  }

  private async noticed(concerns: (view: WrongView) => boolean): Promise<void> {
    const { reach } = this.parts;
    await this.until('the nodes have noticed', () =>
      this.wrongViews()
        .filter((view) => concerns(view) && !reach.isSilent(view.node, view.other))
        .map(({ text }) => text),
    );
  }

  private wrongViews(): WrongView[] {
    return wrongViews(this.nodes, this.parts.reach);
  }

  /** Looks again and again until nothing is open and, if that is asked for, nothing moves. Time passes where all else has come to rest. */
  private async until(
    what: string,
    open: () => string[],
    { isCalm = false, withinMs = LIMIT_MS } = {},
  ): Promise<void> {
    const { clock, reach } = this.parts;
    const limit = performance.now() + withinMs;
    for (let [n, calm, before] = [0, 0, -1]; ; n++) {
      const wrong = open();
      if (wrong.length === 0 && (!isCalm || calm >= CALM_LOOKS)) return;
      const moving = movements(this.nodes, reach);
      if (performance.now() > limit) {
        const rest = [...wrong, ...moving];
        const list = rest.length > 0 ? rest.join('; ') : 'messages come and go without end';
        throw new Error(`waited ${withinMs} ms in vain until ${what}: ${list}`);
      }
      const now = progress(this.nodes);
      calm = moving.length === 0 && now === before ? calm + 1 : 0;
      before = now;
      if (clock && wrong.length > 0 && calm >= CALM_LOOKS) await clock.advance(STEP_MS);
      else await turn(n);
    }
  }

  // --- the end ---

  /** Heals the network and closes all apps. Called again, it gives the same promise. Rejects with what a hook of an app threw. */
  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    const { network, reach } = this.parts;
    network.heal();
    for (const id of reach.pausedNodes) network.resume(id);
    const open = new Set([...this.lives.values(), ...this.former]);
    this.living.clear();
    const closed = [...open].map((node) => node.close().finally(() => open.delete(node)));
    const what = () => `all apps are closed: ${[...open].map(({ id }) => id).join(', ')}`;
    const results = await this.passing(what, Promise.allSettled(closed), STEP_MS);
    const errors = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} apps failed to close`);
  }

  /** Waits for work that may need virtual time, which passes in steps meanwhile. */
  private async passing<T>(what: () => string, work: Promise<T>, stepMs: number): Promise<T> {
    const { clock } = this.parts;
    let isDone = false;
    const late = () => `waited ${LIMIT_MS} ms in vain until ${what()}`;
    const done = within(LIMIT_MS, work, late).finally(() => (isDone = true));
    // It is awaited below, which may be after it has failed.
    done.catch(() => {});
    for (let n = 1; clock && !isDone; n++) {
      await turn(n);
      if (n % TURNS_PER_STEP === 0) await clock.advance(stepMs);
    }
    return done;
  }
}
