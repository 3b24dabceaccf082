import type { ProcessRef } from '@noex/contracts';
import type { LocalNode } from '@noex/runtime';
import type { Members } from './membership/members.js';
import { place, type Candidate } from './membership/placement.js';
import type { ClusterSpawnOptions, NodeSpawnOptions } from './spawn-options.js';

/** Starts processes on the node that a placement picks. */
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
    const { on = 'least-loaded' } = options;
    const turn = this.turns.get(behavior) ?? 0;
    const chosen = place(behavior, on, this.candidates(behavior), this.random, turn);
    if (on === 'round-robin') this.turns.set(behavior, turn + 1);
    if (chosen.local) return this.spawnHere(behavior, options);
    this.sent++;
    return this.members.get(chosen.id)!.spawn(behavior, options);
  }

  private candidates(behavior: string): Candidate[] {
    const local: Candidate = {
      id: this.node.id,
      local: true,
      load: this.node.processCount,
      behaviors: new Set(this.node.behavior(behavior) ? [behavior] : []),
      draining: this.isDraining(),
    };
    const candidates = [local];
    for (const peer of this.members.values()) {
      const { behaviors, draining } = peer;
      const load = peer.load + peer.spawns.size;
      candidates.push({ id: peer.identity.id, local: false, load, behaviors, draining });
    }
    return candidates;
  }
}
