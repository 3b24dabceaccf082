import {
  type NodeDownReason,
  type PeerConnection,
  type PeerIdentity,
  type ProcessRef,
} from '@noex/contracts';
import {
  codeOf,
  currentActivity,
  DEFAULT_SPAWN_TIMEOUT_MS,
  microsOf,
  requireTimeLimit,
  type CallOptions,
  type Headers,
  type LocalNode,
  type Monitor,
} from '@noex/runtime';
import type { Liveness } from '../membership/liveness.js';
import type { NodeSpawnOptions } from '../spawn-options.js';
import { ChunkAssembler } from '../wire/chunk-assembler.js';
import { FrameKind } from '../wire/frame-kind.js';
import { FrameReader } from '../wire/frame-reader.js';
import type { FrameWriter } from '../wire/frame-writer.js';
import type { PayloadCodec } from '../wire/payload-codec.js';
import { Outbox, type OutboxOwner } from './outbox.js';
import type { PeerLimits } from './peer-limits.js';
import type { PeerLink } from './peer-link.js';
import { endAllUnderWay } from './peer-loss.js';
import { PendingSpawn } from './pending-spawn.js';
import { guardListener, RemoteMonitor } from './remote-monitor.js';
import { RemotePendingCall } from './remote-pending-call.js';
import { RemoteLinks } from './remote-links.js';
import { RequestTable } from './request-table.js';
import { Room, type RoomOwner } from './room.js';
import type { ServedSpawn } from './served-spawn.js';
import type { Serving } from './serving.js';
import { Traffic } from './traffic.js';

/** The longest a timer of Node.js can run. */
const MAX_TIMER_MS = 0x7fff_ffff;

/** Everything this node shares with one life of one other node: what is under way in both directions. */
export class Peer implements PeerLink, OutboxOwner, RoomOwner {
  up = true;
  /** What the peer said of itself. */
  behaviors: ReadonlySet<string> = new Set();
  draining = false;
  /** It answered all it had taken before it said so: what is still unanswered was never begun. */
  saidGoodbye = false;
  load = 0;
  /** A frame came since the last look. */
  heard = true;
  /** What its heartbeats tell; from when it has joined. */
  liveness: Liveness | undefined;

  readonly reader: FrameReader;
  /** The message that arrives in chunks. */
  readonly incoming: ChunkAssembler;
  /** Kinds of message came that this release does not know, which was logged. */
  sentUnknownKind = false;
  readonly calls = new RequestTable<RemotePendingCall>();
  readonly spawns = new RequestTable<PendingSpawn>();
  readonly servedSpawns = new Map<number, ServedSpawn>();
  /** Our monitors on its processes. */
  readonly monitors = new Map<number, RemoteMonitor>();
  /** Its monitors on our processes. */
  readonly watches = new Map<number, Monitor>();
  /** Links between its processes and ours. */
  readonly links: RemoteLinks;
  readonly traffic: Traffic;
  readonly outbox: Outbox;
  private readonly writer: FrameWriter;
  private readonly room: Room;
  private lastCall = 0;
  private toldLoad = 0;
  private cutOff = false;

  constructor(
    readonly node: LocalNode,
    readonly connection: PeerConnection,
    readonly serving: Serving,
    codec: PayloadCodec,
    limits: PeerLimits,
  ) {
    this.reader = new FrameReader(codec);
    this.incoming = new ChunkAssembler(limits.maxInboundBytes);
    this.links = new RemoteLinks(this, node);
    this.traffic = new Traffic(node.clock, node.latencies !== undefined);
    this.outbox = new Outbox(codec, limits, connection, this);
    this.writer = this.outbox.writer;
    this.room = new Room(this, this.outbox, limits, node.wheel);
  }

  get identity(): PeerIdentity {
    return this.connection.peer;
  }

  /** Rejects with OverloadedError, SerializationError, MessageTooLargeError, CallTimeoutError, NodeDownError or the answer's error. */
  call(
    to: ProcessRef,
    method: string,
    payload: unknown,
    options: CallOptions | undefined,
    from: ProcessRef | undefined,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.requireRoomForCall();
      const id = this.nextCall();
      const timeoutMs = options?.timeoutMs ?? this.node.callTimeoutMs;
      const { wheel } = this.node;
      const pending = new RemotePendingCall(this, id, resolve, reject, wheel, to, method, timeoutMs, options);
      if (this.traffic.roundTrips) pending.startedAt = microsOf(wheel.addedAt);
      this.calls.add(pending);
      try {
        // 0 stands for no limit on the wire.
        const wireTimeout = timeoutMs < 0xffff_ffff ? Math.ceil(timeoutMs) : 0;
        const activity = currentActivity();
        const sender = from ?? activity?.process.ref;
        const path = activity?.callPath;
        this.writer.call(
          id,
          wireTimeout,
          to.id,
          method,
          payload,
          this.senderId(sender),
          options?.headers,
          path,
        );
      } catch (error) {
        pending.fail(error as never);
        return;
      }
      this.outbox.requestSoon();
    });
  }

  private requireRoomForCall(): void {
    try {
      this.room.require();
    } catch (error) {
      this.node.counters.remoteCalls.count(codeOf(error));
      throw error;
    }
  }

  /** Throws as `call` rejects, but for what only a reply can tell. */
  message(
    kind: typeof FrameKind.Cast | typeof FrameKind.Info,
    to: ProcessRef,
    name: string,
    payload: unknown,
    headers: Headers | undefined,
    from: ProcessRef | undefined,
  ): void {
    this.room.require();
    const sender = from ?? currentActivity()?.process.ref;
    this.writer.message(kind, to.id, name, payload, this.senderId(sender), headers);
    this.outbox.request();
  }

  /**
   * Resolves when the cast is in the queue, for which it waits while that is full. Rejects with OverloadedError when there was
   * no room in time, NodeUnreachableError when the node is lost before, the reason of the signal, and as `message` throws.
   */
  async castAsync(
    to: ProcessRef,
    method: string,
    payload: unknown,
    options: CallOptions | undefined,
    from: ProcessRef | undefined,
  ): Promise<void> {
    const { timeoutMs = this.node.callTimeoutMs, signal, headers } = options ?? {};
    requireTimeLimit(timeoutMs, 'cast');
    const sender = this.senderId(from ?? currentActivity()?.process.ref);
    const send = () => {
      this.writer.message(FrameKind.Cast, to.id, method, payload, sender, headers);
      this.outbox.request();
    };
    await this.room.wait(send, { timeoutMs, signal });
  }

  /** Resolves when all that waits now has been handed to the transport. Rejects with NodeUnreachableError when it never will. */
  drained(): Promise<void> {
    return this.room.drained();
  }

  /** Rejects as `call`, and with what the peer answers. */
  spawn(
    behavior: string,
    { args, name, globalName, onDown, timeoutMs = DEFAULT_SPAWN_TIMEOUT_MS }: NodeSpawnOptions,
  ): Promise<ProcessRef> {
    return new Promise((resolve, reject) => {
      requireTimeLimit(timeoutMs, 'spawn');
      this.room.require();
      const id = this.nextCall();
      const wireTimeout = Math.min(Math.ceil(timeoutMs), MAX_TIMER_MS);
      const monitor = onDown && this.node.nextNumber() >>> 0;
      this.writer.spawn(id, wireTimeout, behavior, {
        args,
        ...(name === undefined ? {} : { name }),
        ...(globalName === undefined ? {} : { globalName }),
        ...(monitor === undefined ? {} : { monitor }),
      });
      const started = (ref: ProcessRef) => {
        if (onDown) {
          const listener = guardListener(this.node.logger, ref, onDown);
          new RemoteMonitor(this, this.monitors, monitor!, ref, listener);
        }
        resolve(ref);
      };
      this.spawns.add(
        new PendingSpawn(this, this.spawns, id, behavior, timeoutMs, started, reject, this.node.wheel),
      );
      this.outbox.request();
    });
  }

  /**
   * Throws SerializationError, MessageTooLargeError, or OverloadedError when the peer asks for more than it reads; then the caller
   * can still be told that.
   */
  reply(kind: number, call: number, value: unknown): void {
    this.room.requireForReply();
    if (!this.up || this.cutOff) return;
    this.writer.numbered(kind, call, value);
    this.outbox.requestSoon();
    this.cutIfHopeless();
  }

  control(write: (writer: FrameWriter) => void): void {
    if (!this.up || this.cutOff) return;
    write(this.writer);
    this.outbox.request();
    this.cutIfHopeless();
  }

  /** For heartbeats and the like: passes what waits. Only for small messages without a name. */
  urgent(write: (writer: FrameWriter) => void): void {
    if (this.up && !this.cutOff) this.outbox.urgent(write);
  }

  private cutIfHopeless(): void {
    if (!this.room.isBeyondHope) return;
    this.cutOff = true;
    this.node.logger.warn(
      `node "${this.identity.id}" does not read: ${this.outbox.size} bytes wait for it; cut off`,
      {
        event: 'peer_cut_off',
        peer: this.identity.id,
      },
    );
    this.connection.close('connection_closed');
  }

  /** The wire has room for a process of this node only; a sender of another one (several nodes in one OS process) goes unnamed. */
  private senderId(sender: ProcessRef | undefined): number | undefined {
    return sender?.node === this.node.id && sender.incarnation === this.node.incarnation
      ? sender.id
      : undefined;
  }

  private nextCall(): number {
    do this.lastCall = (this.lastCall + 1) >>> 0;
    while (this.calls.isTaken(this.lastCall) || this.spawns.isTaken(this.lastCall));
    return this.lastCall;
  }

  /** News of our load rides on whatever leaves anyway, so that the peer's next spawn is placed by what is true now. */
  beforeFlush(): void {
    const load = this.node.processCount;
    if (load === this.toldLoad || this.outbox.size === 0) return;
    this.toldLoad = load;
    this.writer.numbered(FrameKind.Heartbeat, load);
  }

  flushed(): void {
    this.traffic.flushed();
    this.room.update();
  }

  flush(): void {
    this.outbox.flush();
  }

  unblock(): void {
    this.outbox.unblock();
  }

  /** The connection is gone: everything under way with this peer ends now, once. */
  lost(reason: NodeDownReason): void {
    this.up = false;
    endAllUnderWay(this, this.room, reason);
  }
}
