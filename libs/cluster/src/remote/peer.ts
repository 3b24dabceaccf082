import {
  NodeDownError,
  NodeUnreachableError,
  OverloadedError,
  type NodeDownReason,
  type PeerConnection,
  type PeerIdentity,
  type ProcessRef,
} from '@noex/contracts';
import {
  currentActivity,
  DEFAULT_SPAWN_TIMEOUT_MS,
  requireTimeLimit,
  type CallOptions,
  type Headers,
  type LocalNode,
  type Monitor,
  type SpawnOptions,
} from '@noex/runtime';
import { FrameKind } from '../wire/frame-kind.js';
import { FrameReader } from '../wire/frame-reader.js';
import { FrameWriter } from '../wire/frame-writer.js';
import type { PayloadCodec } from '../wire/payload-codec.js';
import type { PeerLink } from './peer-link.js';
import { PendingSpawn } from './pending-spawn.js';
import { guardListener, RemoteMonitor } from './remote-monitor.js';
import { RemotePendingCall } from './remote-pending-call.js';
import type { ServedSpawn } from './served-spawn.js';
import type { Serving } from './serving.js';

/** Bytes in a batch that send it before the tick ends. */
const FLUSH_BYTES = 64 * 1024;
/** A batch the transport refused grows up to this before calls and casts are refused. */
const BLOCKED_BYTES = 1024 * 1024;
/** Replies may go past that, up to this; the callers of later ones are told so instead. */
const REPLY_BYTES = 32 * 1024 * 1024;
/** Nothing but the cluster's own small messages comes on top; a peer that lets this much wait is cut off. */
const CUT_OFF_BYTES = 128 * 1024 * 1024;
/** The longest a timer of Node.js can run. */
const MAX_TIMER_MS = 0x7fff_ffff;

export interface PeerLimits {
  readonly maxMessageBytes: number;
  /** Largest frame of the transport. */
  readonly maxFrameBytes: number;
  /** The same for what the cluster itself has to say. */
  readonly maxControlBytes: number;
  /** Calls and spawns that wait for one peer. */
  readonly maxPendingCalls: number;
}

/**
 * Everything this node shares with one life of one other node: what is under way in both directions, and the batch of
 * messages that leaves at the end of the current tick in one write.
 */
export class Peer implements PeerLink {
  up = true;
  /** What the peer said of itself. */
  behaviors: ReadonlySet<string> = new Set();
  draining = false;
  load = 0;
  /** A frame came since the last look. */
  heard = true;
  heardAtMs: number;

  readonly reader: FrameReader;
  readonly calls = new Map<number, RemotePendingCall>();
  readonly spawns = new Map<number, PendingSpawn>();
  readonly servedSpawns = new Map<number, ServedSpawn>();
  /** Our monitors on its processes. */
  readonly monitors = new Map<number, RemoteMonitor>();
  /** Its monitors on our processes. */
  readonly watches = new Map<number, Monitor>();
  private readonly writer: FrameWriter;
  private lastCall = 0;
  private flushRequested = false;
  private toldLoad = 0;
  private blocked = false;
  private cutOff = false;

  constructor(
    readonly node: LocalNode,
    readonly connection: PeerConnection,
    readonly serving: Serving,
    codec: PayloadCodec,
    private readonly limits: PeerLimits,
  ) {
    this.reader = new FrameReader(codec);
    this.writer = new FrameWriter(codec, limits.maxMessageBytes, limits.maxControlBytes);
    this.heardAtMs = node.clock.now();
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
      this.refuseWhenFull();
      const id = this.nextCall();
      const timeoutMs = options?.timeoutMs ?? this.node.callTimeoutMs;
      const { wheel } = this.node;
      const pending = new RemotePendingCall(
        this.calls,
        id,
        resolve,
        reject,
        wheel,
        to,
        method,
        timeoutMs,
        options,
      );
      this.calls.set(id, pending);
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
      this.requestFlush();
    });
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
    this.refuseWhenFull();
    const sender = from ?? currentActivity()?.process.ref;
    this.writer.message(kind, to.id, name, payload, this.senderId(sender), headers);
    this.requestFlush();
  }

  /** Rejects as `call`, and with what the peer answers. */
  spawn(
    behavior: string,
    { args, name, onDown, timeoutMs = DEFAULT_SPAWN_TIMEOUT_MS }: SpawnOptions,
  ): Promise<ProcessRef> {
    return new Promise((resolve, reject) => {
      requireTimeLimit(timeoutMs, 'spawn');
      this.refuseWhenFull();
      const id = this.nextCall();
      const wireTimeout = Math.min(Math.ceil(timeoutMs), MAX_TIMER_MS);
      const monitor = onDown && this.node.nextNumber() >>> 0;
      this.writer.spawn(id, wireTimeout, behavior, {
        args,
        ...(name === undefined ? {} : { name }),
        ...(monitor === undefined ? {} : { monitor }),
      });
      const started = (ref: ProcessRef) => {
        if (onDown) {
          const listener = guardListener(this.node.logger, ref, onDown);
          new RemoteMonitor(this, this.monitors, monitor!, ref, listener);
        }
        resolve(ref);
      };
      this.spawns.set(
        id,
        new PendingSpawn(this, this.spawns, id, behavior, timeoutMs, started, reject, this.node.wheel),
      );
      this.requestFlush();
    });
  }

  /**
   * Throws SerializationError, MessageTooLargeError, or OverloadedError when the peer asks for more than it reads; then the caller
   * can still be told that.
   */
  reply(kind: number, call: number, value: unknown): void {
    if (this.blocked && this.writer.size > REPLY_BYTES) {
      throw new OverloadedError(
        `the reply is too much: ${this.writer.size} bytes wait for node "${this.identity.id}"`,
      );
    }
    this.control((writer) => writer.numbered(kind, call, value));
  }

  control(write: (writer: FrameWriter) => void): void {
    if (!this.up || this.cutOff) return;
    write(this.writer);
    this.requestFlush();
    if (this.writer.size > CUT_OFF_BYTES) {
      this.cutOff = true;
      this.node.logger.warn(
        `node "${this.identity.id}" does not read: ${this.writer.size} bytes wait for it; cut off`,
        {
          event: 'peer_cut_off',
          peer: this.identity.id,
        },
      );
      this.connection.close('connection_closed');
    }
  }

  /** The wire has room for a process of this node only; a sender of another one (several nodes in one OS process) goes unnamed. */
  private senderId(sender: ProcessRef | undefined): number | undefined {
    return sender?.node === this.node.id && sender.incarnation === this.node.incarnation
      ? sender.id
      : undefined;
  }

  private nextCall(): number {
    do this.lastCall = (this.lastCall + 1) >>> 0;
    while (this.calls.has(this.lastCall) || this.spawns.has(this.lastCall));
    return this.lastCall;
  }

  private refuseWhenFull(): void {
    const full =
      this.blocked && this.writer.size > BLOCKED_BYTES
        ? `${this.writer.size + this.connection.queuedBytes} bytes wait to be sent`
        : this.calls.size + this.spawns.size >= this.limits.maxPendingCalls
          ? `${this.calls.size} calls and ${this.spawns.size} spawns wait for their reply`
          : undefined;
    if (full === undefined) return;
    const { id } = this.identity;
    throw new OverloadedError(`node "${id}" does not keep up: ${full}`, { node: id });
  }

  private requestFlush(): void {
    if (this.writer.size >= FLUSH_BYTES) {
      this.flush();
    } else if (!this.flushRequested) {
      this.flushRequested = true;
      setImmediate(this.flushAtEndOfTick);
    }
  }

  private readonly flushAtEndOfTick = (): void => {
    this.flushRequested = false;
    this.tellLoad();
    this.flush();
  };

  /** News of our load rides on whatever leaves anyway, so that the peer's next spawn is placed by what is true now. */
  private tellLoad(): void {
    const load = this.node.processCount;
    if (load === this.toldLoad || this.writer.size === 0) return;
    this.toldLoad = load;
    this.writer.numbered(FrameKind.Heartbeat, load);
  }

  /** Hands the batch to the transport; what it refuses waits for `unblock`. */
  flush(): void {
    while (this.up && !this.blocked && this.writer.size > 0) {
      const frame = this.writer.batch(this.limits.maxFrameBytes);
      if (this.connection.send(frame)) this.writer.clear(frame.length);
      else this.blocked = true;
    }
  }

  unblock(): void {
    this.blocked = false;
    this.flush();
  }

  /** The connection is gone: everything under way with this peer ends now, once. */
  lost(reason: NodeDownReason): void {
    this.up = false;
    const { id } = this.identity;
    this.failUnsent(reason);
    for (const call of [...this.calls.values()]) {
      call.fail(
        new NodeDownError(`node "${id}" went down (${reason}) before it replied`, { node: id, reason }),
      );
    }
    for (const spawn of [...this.spawns.values()]) spawn.lost(reason);
    for (const monitor of [...this.monitors.values()]) monitor.fire('noconnection');
    for (const watch of this.watches.values()) watch.cancel();
    this.watches.clear();
    for (const spawn of this.servedSpawns.values()) spawn.undo();
    this.servedSpawns.clear();
  }

  /** What the transport has not taken was certainly not carried out. */
  private failUnsent(reason: NodeDownReason): void {
    const { id } = this.identity;
    for (const { kind, number } of this.writer.messages()) {
      if (kind === FrameKind.Cast || kind === FrameKind.Info) {
        this.node.lose('node_unreachable', kind === FrameKind.Cast ? 'cast' : 'info');
      } else if (kind === FrameKind.Call || kind === FrameKind.Spawn) {
        const error = new NodeUnreachableError(`node "${id}" went down (${reason}) before the request left`, {
          node: id,
          reason,
        });
        if (kind === FrameKind.Call) this.calls.get(number)?.fail(error);
        else this.spawns.get(number)?.unsent(error);
      }
    }
    this.writer.clear();
  }
}
