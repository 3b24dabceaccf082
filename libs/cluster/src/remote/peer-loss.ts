import { NodeDownError, NodeUnreachableError, type NodeDownReason, type PeerIdentity } from '@noex/contracts';
import type { LocalNode, Monitor } from '@noex/runtime';
import { FrameKind } from '../wire/frame-kind.js';
import type { ChunkAssembler } from '../wire/chunk-assembler.js';
import type { Outbox } from './outbox.js';
import type { PendingSpawn } from './pending-spawn.js';
import type { RemoteLinks } from './remote-links.js';
import type { RemoteMonitor } from './remote-monitor.js';
import type { RemotePendingCall } from './remote-pending-call.js';
import type { RequestTable } from './request-table.js';
import type { Room } from './room.js';
import type { ServedSpawn } from './served-spawn.js';

/** What is under way with a peer, in both directions. */
interface UnderWay {
  readonly identity: PeerIdentity;
  readonly node: LocalNode;
  readonly saidGoodbye: boolean;
  readonly incoming: ChunkAssembler;
  readonly calls: RequestTable<RemotePendingCall>;
  readonly spawns: RequestTable<PendingSpawn>;
  readonly monitors: ReadonlyMap<number, RemoteMonitor>;
  readonly servedSpawns: Map<number, ServedSpawn>;
  readonly watches: Map<number, Monitor>;
  readonly links: RemoteLinks;
  readonly outbox: Outbox;
}

/** Ends, once, everything under way with a peer whose connection is gone: each caller, monitor and link is told what is known. */
export function endAllUnderWay(peer: UnderWay, room: Room, reason: NodeDownReason): void {
  const { id } = peer.identity;
  peer.incoming.clear();
  failUnsent(peer, room, reason);
  for (const call of peer.calls.values()) {
    call.fail(
      peer.saidGoodbye
        ? new NodeUnreachableError(`node "${id}" left before it took the call`, { node: id, reason })
        : new NodeDownError(`node "${id}" went down (${reason}) before it replied`, { node: id, reason }),
    );
  }
  for (const spawn of peer.spawns.values()) spawn.lost(reason, peer.saidGoodbye);
  for (const monitor of [...peer.monitors.values()]) monitor.fire('noconnection');
  peer.links.lost();
  for (const watch of peer.watches.values()) watch.cancel();
  peer.watches.clear();
  for (const spawn of peer.servedSpawns.values()) spawn.undo();
  peer.servedSpawns.clear();
}

/** What the transport has not taken to its last byte was certainly not carried out. */
function failUnsent(peer: UnderWay, room: Room, reason: NodeDownReason): void {
  const { id } = peer.identity;
  const unsent = () =>
    new NodeUnreachableError(`node "${id}" went down (${reason}) before the request left`, {
      node: id,
      reason,
    });
  for (const { kind, number } of peer.outbox.close()) {
    if (kind === FrameKind.Cast) peer.node.lose('node_unreachable', 'cast');
    else if (kind === FrameKind.Info) peer.node.lose('node_unreachable', 'info');
    else if (kind === FrameKind.Call) peer.calls.get(number)?.fail(unsent());
    else if (kind === FrameKind.Spawn) peer.spawns.get(number)?.unsent(unsent());
  }
  room.close(unsent());
}
