import { NoexError, type ProcessRef } from '@noex/contracts';
import { DEFAULT_SPAWN_TIMEOUT_MS, type LocalNode } from '@noex/runtime';
import type { Members } from './membership/members.js';
import { place, type Candidate } from './membership/placement.js';
import type { Peer } from './remote/peer.js';
import type { ClusterSpawnOptions, NodeSpawnOptions } from './spawn-options.js';
import { FrameKind } from './wire/frame-kind.js';

/** Nodes that are asked for one spawn. */
const MOST_TRIES = 4;

/** Starts processes on the node that a placement picks, or on another where that one leaves. */
export class Spawner {
  private sent = 0;
  /** Turns of `round-robin`, by behavior. */
  private readonly turns = new Map<string, number>();

  constructor(
    private readonly node: LocalNode,
    private readonly members: Members,
    private readonly random: () => number,
    private readonly isDraining: () => boolean,
    private readonly spawnHere: (behavior: string, options: NodeSpawnOptions) => Promise<ProcessRef>,
  ) {}

  /** Spawns that peers were asked for, since the start. */
  get sentSpawns(): number {
    return this.sent;
  }

  async spawn(behavior: string, options: ClusterSpawnOptions): Promise<ProcessRef> {
    const chosen = this.choose(behavior, options, NOBODY);
    if (chosen.local) return this.spawnHere(behavior, options);
    const peer = this.members.get(chosen.id)!;
    const askedAt = this.node.clock.now();
    this.sent++;
    try {
      return await peer.spawn(behavior, options);
    } catch (error) {
      if (!isForAnother(error)) throw error;
      return this.spawnElsewhere(behavior, options, peer, error, askedAt);
    }
  }

  /** The node that was chosen leaves, and took no part of the request: another one is asked, within the time that is left. */
  private async spawnElsewhere(
    behavior: string,
    options: ClusterSpawnOptions,
    leaving: Peer,
    refusal: unknown,
    askedAt: number,
  ): Promise<ProcessRef> {
    const { clock } = this.node;
    const { timeoutMs = DEFAULT_SPAWN_TIMEOUT_MS } = options;
    const asked = new Map([[leaving.identity.id, leaving]]);
    let error = refusal;
    while (asked.size < MOST_TRIES) {
      const leftMs = askedAt + timeoutMs - clock.now();
      const chosen = leftMs > 0 ? this.chooseAnother(behavior, options, asked) : undefined;
      if (!chosen) break;
      const rest = { ...options, timeoutMs: leftMs };
      const peer = chosen.local ? undefined : this.members.get(chosen.id)!;
      try {
        if (peer) this.sent++;
        const ref = await (peer ? peer.spawn(behavior, rest) : this.spawnHere(behavior, rest));
        this.tellMoved(asked.values());
        return ref;
      } catch (again) {
        error = again;
        if (!peer || !isForAnother(again)) break;
        asked.set(chosen.id, peer);
      }
    }
    throw error;
  }

  /** Those who refused it count what became of it. */
  private tellMoved(refused: Iterable<Peer>): void {
    for (const peer of refused) peer.control((writer) => writer.plain(FrameKind.SpawnMoved));
  }

  /** Undefined where nobody is left, or the caller named the node: then the refusal says more than the lack of candidates. */
  private chooseAnother(
    behavior: string,
    options: ClusterSpawnOptions,
    asked: ReadonlyMap<string, unknown>,
  ): Candidate | undefined {
    try {
      const chosen = this.choose(behavior, options, asked);
      return asked.has(chosen.id) ? undefined : chosen;
    } catch {
      return undefined;
    }
  }

  private choose(
    behavior: string,
    { on = 'least-loaded' }: ClusterSpawnOptions,
    asked: ReadonlyMap<string, unknown>,
  ): Candidate {
    const turn = this.turns.get(behavior) ?? 0;
    const chosen = place(behavior, on, this.candidates(behavior, asked), this.random, turn);
    if (on === 'round-robin') this.turns.set(behavior, turn + 1);
    return chosen;
  }

  private candidates(behavior: string, asked: ReadonlyMap<string, unknown>): Candidate[] {
    const local: Candidate = {
      id: this.node.id,
      local: true,
      load: this.node.processCount,
      behaviors: new Set(this.node.behavior(behavior) ? [behavior] : []),
      draining: this.isDraining(),
    };
    const candidates = [local];
    for (const peer of this.members.values()) {
      const { id } = peer.identity;
      const draining = peer.draining || asked.has(id);
      const load = peer.load + peer.spawns.size;
      candidates.push({ id, local: false, load, behaviors: peer.behaviors, draining });
    }
    return candidates;
  }
}

const NOBODY: ReadonlyMap<string, unknown> = new Map();

/** Answers of a node that is on its way out, or gone, to a request that it did not take. */
const LEAVING_CODES: ReadonlySet<string> = new Set(['draining', 'node_unreachable']);

const isForAnother = (error: unknown) => error instanceof NoexError && LEAVING_CODES.has(error.code);
