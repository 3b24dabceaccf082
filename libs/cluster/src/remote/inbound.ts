import {
  answeredError,
  CallTimeoutError,
  NodeDownError,
  ProcessRef,
  RemoteError,
  SpawnRefusedError,
  toErrorData,
  type ErrorData,
  type NoexError,
} from '@noex/contracts';
import { Message, MessageKind, type Headers, type LocalNode } from '@noex/runtime';
import { decodeExitReason, readErrorData } from '../wire/exit-reason.codec.js';
import { readCallPath } from '../wire/call-path.codec.js';
import { FrameKind, HAS_HEADERS, HAS_PATH, HAS_SENDER, HEADER_BYTES } from '../wire/frame-kind.js';
import { ProtocolError } from '../wire/frame-reader.js';
import type { NodeSpawnOptions } from '../spawn-options.js';
import type { Peer } from './peer.js';
import { ServedCall } from './served-call.js';
import { sendDown } from './send-down.js';
import { sendError } from './send-error.js';
import type { Leaving } from './leaving.js';
import { drainingError, refuseSpawn, ServedSpawn } from './served-spawn.js';

/** What the messages of peers need of the node besides its processes. */
export interface InboundHost {
  readonly node: LocalNode;
  /** Set once the node leaves. */
  readonly leaving: Leaving | undefined;
  announced(peer: Peer, announcement: unknown): void;
  goodbye(peer: Peer): void;
  /** Starts a process here. */
  spawn(behavior: string, options: NodeSpawnOptions): Promise<ProcessRef>;
  /** Names, groups and what is known of nodes. False where the message is about none of this. */
  receiveShared(peer: Peer, kind: number): boolean;
}

/** Takes a frame apart and does what its messages say. Throws ProtocolError where it makes no sense. */
export function receiveFrame(host: InboundHost, peer: Peer, frame: Uint8Array): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  let position = 0;
  while (position < frame.length) {
    if (position + HEADER_BYTES > frame.length) throw new ProtocolError('a message is cut short');
    const end = position + 4 + view.getUint32(position);
    if (end > frame.length || end < position + HEADER_BYTES)
      throw new ProtocolError('a message has a wrong length');
    peer.reader.open(frame, position + HEADER_BYTES, end);
    receiveMessage(host, peer, frame[position + 4]!);
    // A message may have ended the connection (goodbye, cut off): nothing after it counts.
    if (!peer.up) return;
    position = end;
  }
}

function receiveMessage(host: InboundHost, peer: Peer, kind: number): void {
  const { node } = host;
  const { reader } = peer;
  switch (kind) {
    case FrameKind.Name:
      return reader.bindName();
    case FrameKind.Call:
      return receiveCall(host, peer);
    case FrameKind.Cast:
      return receiveOneWay(host, peer, MessageKind.Cast);
    case FrameKind.Info:
      return receiveOneWay(host, peer, MessageKind.Info);
    case FrameKind.Reply: {
      const call = peer.traffic.answered(peer.calls.get(reader.u32()));
      return call ? call.ok(reader.payload()) : node.lose('late_reply', 'reply');
    }
    case FrameKind.Failed: {
      const call = peer.traffic.answered(peer.calls.get(reader.u32()));
      if (!call) return node.lose('late_reply', 'reply');
      return call.fail(failedCall(peer, readErrorData(reader.payload())));
    }
    case FrameKind.Threw: {
      const call = peer.traffic.answered(peer.calls.get(reader.u32()));
      return call
        ? call.fail(new RemoteError(readErrorData(reader.payload())))
        : node.lose('late_reply', 'reply');
    }
    case FrameKind.Spawn:
      return receiveSpawn(host, peer);
    case FrameKind.Spawned:
      return peer.spawns.get(reader.u32())?.spawned(reader.u48());
    case FrameKind.SpawnFailed:
      return peer.spawns.get(reader.u32())?.failed(readErrorData(reader.payload()));
    case FrameKind.SpawnMoved:
      if (host.leaving) host.leaving.spawnsMoved++;
      return;
    case FrameKind.SpawnTaken:
      return void peer.servedSpawns.delete(reader.u32());
    case FrameKind.SpawnUndo: {
      const id = reader.u32();
      peer.servedSpawns.get(id)?.undo();
      return void peer.servedSpawns.delete(id);
    }
    case FrameKind.Monitor:
      return receiveMonitor(node, peer);
    case FrameKind.Demonitor: {
      const id = reader.u32();
      peer.watches.get(id)?.cancel();
      return void peer.watches.delete(id);
    }
    case FrameKind.Down:
      return peer.monitors.get(reader.u32())?.fire(decodeExitReason(reader.payload()));
    case FrameKind.Exit:
      return node.exit(
        new ProcessRef(node.id, node.incarnation, reader.u48()),
        decodeExitReason(reader.payload()),
      );
    case FrameKind.Link:
    case FrameKind.Unlink:
    case FrameKind.Unlinked:
    case FrameKind.LinkExit:
      return peer.links.receive(kind, reader);
    case FrameKind.Heartbeat:
      return receiveHeartbeat(node, peer);
    case FrameKind.Announce:
      return host.announced(peer, reader.payload());
    case FrameKind.Goodbye:
      return host.goodbye(peer);
    case FrameKind.Chunk:
      return receiveChunk(host, peer);
    default:
      if (!host.receiveShared(peer, kind)) skipUnknown(node, peer, kind);
  }
}

/** A message that comes in parts counts when it is whole. */
function receiveChunk(host: InboundHost, peer: Peer): void {
  const message = peer.incoming.add(peer.reader.u32(), peer.reader.rest());
  if (!message) return;
  const kind = message[4];
  if (
    message.length < HEADER_BYTES ||
    message.readUInt32BE() !== message.length - 4 ||
    kind === FrameKind.Chunk
  ) {
    throw new ProtocolError('the chunks of a message are not one message');
  }
  peer.reader.open(message, HEADER_BYTES, message.length);
  receiveMessage(host, peer, kind!);
}

/** Of a newer release of this protocol version: the cluster goes on without what it would have meant. */
function skipUnknown(node: LocalNode, peer: Peer, kind: number): void {
  node.lose('unknown_kind', String(kind));
  if (peer.sentUnknownKind) return;
  peer.sentUnknownKind = true;
  const { id } = peer.identity;
  node.logger.warn(
    `node "${id}" sends messages of kind ${kind}, which this release does not know; they are skipped`,
    { event: 'unknown_kind', peer: id, kind },
  );
}

function receiveHeartbeat(node: LocalNode, peer: Peer): void {
  const { reader } = peer;
  peer.load = reader.u32();
  if (reader.left === 0) return;
  const stamp = reader.u32();
  const echo = reader.left > 0 ? { stamp: reader.u32(), heldFor: reader.u32() } : undefined;
  peer.liveness?.beat(node.clock.now(), stamp, echo);
}

/** Why a peer did not carry a call out. */
function failedCall(peer: Peer, error: ErrorData): NoexError {
  const answered = answeredError(error);
  if (answered) return answered;
  const data = { node: peer.identity.id, error };
  // The deadline travels with the call: the other side may see it pass first.
  if (error.code === 'call_timeout') return new CallTimeoutError(error.message, data);
  return new NodeDownError(error.message, data);
}

function receiveCall(host: InboundHost, peer: Peer): void {
  const { reader } = peer;
  const call = reader.u32();
  const timeoutMs = reader.u32();
  const process = reader.u48();
  const name = reader.name();
  const options = reader.u8();
  const from = options & HAS_SENDER ? sender(peer) : undefined;
  const headers = options & HAS_HEADERS ? (reader.sizedPayload() as Headers) : undefined;
  const path = options & HAS_PATH ? readCallPath(reader.sizedPayload()) : undefined;
  const payload = reader.payload();
  if (host.leaving?.refuses) {
    host.leaving.callsRefused++;
    return sendError(peer, FrameKind.Failed, call, toErrorData(drainingError(host.node.id)));
  }
  const arrivedAt = peer.traffic.frameTime;
  const deadline = timeoutMs === 0 ? Infinity : arrivedAt + timeoutMs;
  const reply = new ServedCall(peer, call, deadline, arrivedAt);
  host.node.deliver(process, new Message(MessageKind.Call, name, payload, from, headers, reply, path));
}

function receiveOneWay(
  host: InboundHost,
  peer: Peer,
  kind: typeof MessageKind.Cast | typeof MessageKind.Info,
): void {
  const { reader } = peer;
  const process = reader.u48();
  const name = reader.name();
  const options = reader.u8();
  const from = options & HAS_SENDER ? sender(peer) : undefined;
  const headers = options & HAS_HEADERS ? (reader.sizedPayload() as Headers) : undefined;
  const message = new Message(kind, name, reader.payload(), from, headers, null);
  if (host.node.deliver(process, message) && host.leaving && kind === MessageKind.Cast) {
    host.leaving.castsDelivered++;
  }
}

function sender(peer: Peer): ProcessRef {
  return new ProcessRef(peer.identity.id, peer.identity.incarnation, peer.reader.u48());
}

function receiveSpawn(host: InboundHost, peer: Peer): void {
  const { reader } = peer;
  const id = reader.u32();
  const timeoutMs = reader.u32();
  const behavior = reader.name();
  const { args, name, globalName, monitor } = (reader.payload() ?? {}) as Record<string, unknown>;
  if (host.leaving?.refuses) {
    host.leaving.spawnsRefused++;
    return refuseSpawn(peer, id, drainingError(host.node.id));
  }
  // An unknown behavior is answered by `spawn` itself.
  if (host.node.behavior(behavior) && !host.node.openToPeers.has(behavior)) {
    const error = new SpawnRefusedError(`node "${host.node.id}" does not let peers spawn "${behavior}"`, {
      node: host.node.id,
      behavior,
    });
    return refuseSpawn(peer, id, error);
  }
  new ServedSpawn(host, peer, peer.servedSpawns, id, peer.serving).run(
    behavior,
    {
      args,
      timeoutMs,
      ...(typeof name === 'string' ? { name } : {}),
      ...(typeof globalName === 'string' ? { globalName } : {}),
    },
    typeof monitor === 'number' ? monitor : undefined,
  );
}

function receiveMonitor(node: LocalNode, peer: Peer): void {
  const id = peer.reader.u32();
  const target = new ProcessRef(node.id, node.incarnation, peer.reader.u48());
  const watch = node.monitor(target, (reason) => {
    peer.watches.delete(id);
    sendDown(peer, id, reason);
  });
  peer.watches.set(id, watch);
}
