import type { Clock, TimerHandle, Transport } from '@noex/contracts';
import type { LocalNode } from '@noex/runtime';
import type { Peer } from '../remote/peer.js';
import { FrameKind } from '../wire/frame-kind.js';
import { readAnnouncement, type Announcement } from './announcement.js';
import type { Members } from './members.js';

/**
 * How often one peer, picked at random, is told again whom this node knows. A dial that came to nothing is so made up for
 * later, at a cost that does not grow with the number of peers.
 */
const GOSSIP_MS = 10_000;

export interface IntroductionsParts {
  readonly node: LocalNode;
  readonly members: Members;
  readonly transport: Transport;
  readonly clock: Clock;
  random(): number;
  isDraining(): boolean;
}

/** What a node says of itself and of others, and what it makes of the same from its peers. */
export class Introductions {
  private timer: TimerHandle;

  constructor(private readonly parts: IntroductionsParts) {}

  announceToAll(): void {
    for (const peer of this.parts.members.connected()) this.announce(peer);
  }

  announce(peer: Peer): void {
    const { node, members, isDraining, transport } = this.parts;
    // Among hundreds of nodes, all telling all of all others is most of what a start costs.
    const tellsOfOthers = transport.discovers !== true;
    const announcement: Announcement = {
      behaviors: [...node.openToPeers],
      draining: isDraining(),
      // Those that are about to be up as well: two that join at once have nobody else to hear of each other from.
      peers: tellsOfOthers
        ? [...members.connected()].map((other) => other.identity).filter(({ id }) => id !== peer.identity.id)
        : [],
    };
    peer.control((writer) => writer.plain(FrameKind.Announce, announcement));
  }

  announced(peer: Peer, announcement: unknown): void {
    const { node, members, transport } = this.parts;
    const { behaviors, draining, peers } = readAnnouncement(announcement);
    peer.behaviors = new Set(behaviors);
    peer.draining = draining;
    members.admit(peer);
    // A node that is known in an older life has restarted.
    const unknown = peers.filter(
      ({ id, incarnation }) => id !== node.id && (members.get(id)?.identity.incarnation ?? -1) < incarnation,
    );
    if (unknown.length > 0) transport.learn(unknown);
  }

  startGossip(): void {
    if (this.parts.transport.discovers === true) return;
    this.timer = this.parts.clock.setTimeout(this.gossip, GOSSIP_MS);
  }

  stopGossip(): void {
    this.parts.clock.clearTimeout(this.timer);
  }

  private readonly gossip = (): void => {
    const peers = [...this.parts.members.values()];
    const one = peers[Math.floor(this.parts.random() * peers.length)];
    if (one) this.announce(one);
    this.startGossip();
  };
}
