import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkHistory } from '../../support/history/check-history.js';
import type { HistoryEvent } from '../../support/history/history.js';
import { ChaosNode, type LoadOptions, type LoadReport } from './chaos-node.js';
import type { Network } from './network.js';

const PORT = 4369;
const SECRET = 'chaos-needs-a-secret-of-enough-bytes';
/** For processes on a busy machine to start and find each other; no promise hangs on it. */
const START_MS = 30_000;
/** For what is under way to end: a call waits five seconds at most. */
const WIND_DOWN_MS = 15_000;
const SHOWN_VIOLATIONS = 10;
/** A history with less proves nothing. */
const FEWEST_CALLS = 100;

/** The nodes of one scenario, one on each host, in all their lives, and what they wrote down. */
export class ChaosCluster {
  readonly directory = mkdtempSync(join(tmpdir(), 'noex-chaos-'));
  /** The present or last life of each. */
  private readonly nodes = new Map<string, ChaosNode>();
  private readonly lives: ChaosNode[] = [];
  private readonly watchers = new Set<() => void>();

  constructor(
    private readonly network: Network,
    readonly names: readonly string[],
  ) {}

  node(name: string): ChaosNode {
    const node = this.nodes.get(name);
    if (!node) throw new Error(`node "${name}" was not started`);
    return node;
  }

  get living(): ChaosNode[] {
    return [...this.nodes.values()].filter(({ alive }) => alive);
  }

  /** Starts a node, or its next life. */
  start(name: string): ChaosNode {
    const host = this.network.address(name);
    const seeds = this.names.map((other) => `${this.network.address(other)}:${PORT}`);
    const settings = { name, host, port: PORT, seeds, secret: SECRET, directory: this.directory };
    const node = new ChaosNode(settings, this.network.namespace(name), () => {
      for (const watcher of [...this.watchers]) watcher();
    });
    this.nodes.set(name, node);
    this.lives.push(node);
    return node;
  }

  /** All nodes, up and connected. */
  async startAll(): Promise<number> {
    for (const name of this.names) this.start(name);
    return this.whole(START_MS);
  }

  async load(options?: LoadOptions): Promise<void> {
    await Promise.all(this.living.map((node) => node.load(options)));
  }

  /** Every living node sees the present life of every other, and nobody else. Resolves with how long that took, in ms. */
  whole(withinMs: number): Promise<number> {
    return this.until('the mesh is whole', () => this.isWhole(), withinMs);
  }

  private isWhole(): boolean {
    const { living } = this;
    return living.every((node) => node.started && this.sees(node.name, living));
  }

  /** The peers of a node are these (itself left out), each in its present life. */
  sees(name: string, nodes: readonly ChaosNode[]): boolean {
    const others = nodes.filter((other) => other.name !== name);
    const { peers } = this.node(name);
    return (
      peers.length === others.length &&
      others.every((other) =>
        peers.some(({ id, incarnation }) => id === other.name && incarnation === other.incarnation),
      )
    );
  }

  /** Resolves as soon as it is so, with how long that took, in ms. */
  async until(what: string, isSo: () => boolean, withinMs: number): Promise<number> {
    const from = Date.now();
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!isSo()) return;
        clearTimeout(timer);
        this.watchers.delete(look);
        resolve();
      };
      const timer = setTimeout(() => {
        this.watchers.delete(look);
        reject(new Error(`not within ${withinMs} ms: ${what}\n${this.describe()}`));
      }, withinMs);
      this.watchers.add(look);
      look();
    });
    return Date.now() - from;
  }

  private describe(): string {
    const lines = [...this.nodes.values()].map(
      ({ name, incarnation, alive, peers }) =>
        `${name}@${incarnation}${alive ? '' : ' (ended)'} sees ${peers.map((peer) => `${peer.id}@${peer.incarnation}`).join(', ') || 'nobody'}`,
    );
    return `${lines.join('\n')}\nlogs and histories: ${this.directory}`;
  }

  async reports(): Promise<Map<string, LoadReport>> {
    const reports = this.living.map(async (node) => [node.name, await node.report()] as const);
    return new Map(await Promise.all(reports));
  }

  /**
   * Ends the load and every worker, and has the histories checked. Throws when a promise was broken, a worker is left, or a
   * monitor did not fire. Resolves with all events.
   */
  async verdict(): Promise<HistoryEvent[]> {
    const waiting = (await Promise.all(this.living.map((node) => node.windDown(WIND_DOWN_MS)))).flat();
    const left = (await Promise.all(this.living.map((node) => node.view()))).flat();
    const events = this.events();
    const handled = events.filter(({ kind }) => kind === 'call_handled').length;
    const crashed = this.lives.filter((node) => node.crashed);
    const problems = [
      ...crashed.map(({ name, incarnation }) => `${name}@${incarnation} ended by itself; see ${name}.out`),
      ...(handled < FEWEST_CALLS ? [`the nodes were idle: they handled ${handled} calls`] : []),
      ...waiting.map((ref) => `${ref} was told to end, and its monitor never fired`),
      ...this.ghosts(left, events),
      ...checkHistory(events).map(({ promise, found }) => `${promise} But ${found}`),
    ];
    if (problems.length === 0) return events;
    const shown = problems.slice(0, SHOWN_VIOLATIONS).join('\n');
    throw new Error(`${problems.length} violations:\n${shown}\n${this.describe()}`);
  }

  /** Workers that are there though the node that asked for them, in the same life, has ended all it asked for. */
  private ghosts(left: readonly string[], events: readonly HistoryEvent[]): string[] {
    const lives = this.living.map(({ name, incarnation }) => `${name}@${incarnation}/`);
    return events.flatMap((event) =>
      event.kind === 'process_started' &&
      left.includes(event.ref) &&
      lives.some((life) => event.spawn?.startsWith(life))
        ? [`${event.ref} is a ghost: ${event.spawn} was asked for by a node that has ended all it asked for`]
        : [],
    );
  }

  /** What all nodes wrote so far. */
  events(): HistoryEvent[] {
    const files = readdirSync(this.directory).filter((file) => file.endsWith('.history'));
    return files.flatMap((file) =>
      readFileSync(join(this.directory, file), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as HistoryEvent),
    );
  }

  /** Ends all nodes, whatever their state. Their files stay when somebody will want to read them. */
  async destroy(keep: boolean): Promise<void> {
    await Promise.all([...this.nodes.values()].map((node) => node.kill()));
    if (!keep) rmSync(this.directory, { recursive: true });
  }
}
