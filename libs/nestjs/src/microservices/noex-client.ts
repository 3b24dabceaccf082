import type { OnApplicationShutdown } from '@nestjs/common';
import {
  ClientProxy,
  type ProducerDeserializer,
  type ProducerSerializer,
  type ReadPacket,
  type WritePacket,
} from '@nestjs/microservices';
import {
  InvalidMessageError,
  NodeNotRunningError,
  NoexError,
  RemoteError,
  type ProcessRef,
} from '@noex/contracts';
import type { Cluster } from '@noex/cluster';
import { ClientRequest } from './client-request.js';
import { clientDriver } from './client.behavior.js';
import { NoMessageHandlerError } from './errors.js';
import { NodeEvents, type NoexRpcEvents, type NoexRpcStatus } from './node-events.js';
import { PatternDirectory } from './pattern-directory.js';
import type { RpcCancel, RpcCredit, RpcEnd, RpcRequest, RpcValues } from './rpc-messages.js';
import { StreamInbox } from './stream-inbox.js';

/** How a client packs what it sends, and how far ahead a stream may run. */
export interface NoexClientOptions {
  /**
   * Values of one stream that may be under way or wait for the reader of `stream()`. Default 64. Raising it costs memory on both
   * nodes; a small one makes streams between distant nodes slower.
   */
  readonly window?: number;
  /** Makes packets what is sent. It must answer at once, as must `deserializer`. Default: as they are. */
  readonly serializer?: ProducerSerializer;
  /** Makes a response of what came. Default: as it is. */
  readonly deserializer?: ProducerDeserializer;
}

interface Connection {
  /** The process that the client sends as. */
  readonly process: ProcessRef;
  readonly directory: PatternDirectory;
}

const DEFAULT_WINDOW = 64;

/** Refusals of one node that another need not share. */
const ELSEWHERE: ReadonlySet<unknown> = new Set(['noproc', 'node_unreachable', 'draining', 'overloaded']);

/**
 * START HERE for the client. Sends to whatever nodes have handlers for a pattern: requests to one of them in turn, events to one of each service
 * group. `NoexClientsModule` makes them for an app.
 *
 * `send` has no time limit of its own, as Nest's clients have none (use `timeout()` of RxJS, which also stops the handler's stream).
 * It fails with what the handler threw, as over any transport, or with a NoexError: NoMessageHandlerError when there is nobody to
 * ask; NodeDownError, ProcessExitedError when the node that worked on it is lost. A request that certainly did not run is tried
 * on the next node.
 */
export class NoexClient extends ClientProxy<NoexRpcEvents, NoexRpcStatus> implements OnApplicationShutdown {
  private readonly events: NodeEvents;
  private readonly requests = new Map<number, ClientRequest>();
  private readonly window: number;
  private connecting: Promise<void> | undefined;
  private connection: Connection | undefined;
  private lastRequest = 0;

  /** Throws TypeError for a `window` that is no whole number above 0. */
  constructor(
    private readonly cluster: Cluster,
    options: NoexClientOptions = {},
  ) {
    super();
    const { window = DEFAULT_WINDOW } = options;
    if (!Number.isSafeInteger(window) || window < 1) {
      throw new TypeError(`the option "window" of NoexClient is a whole number above 0, unlike ${window}`);
    }
    this.window = window;
    this.events = new NodeEvents(cluster);
    this.initializeSerializer(options as never);
    this.initializeDeserializer(options as never);
  }

  /** Resolves when it may send. That there is somebody to send to is another matter. Rejects with DrainingError on a node that stops. */
  connect(): Promise<void> {
    this.connecting ??= this.open().catch((error: unknown) => {
      this.connecting = undefined;
      throw error;
    });
    return this.connecting;
  }

  /** What it waits for fails. `connect`, or whatever is sent, opens it again. */
  close(): void {
    this.events.clear();
    const { connection } = this;
    this.lost(connection);
    if (connection) this.cluster.node.exit(connection.process, 'shutdown');
  }

  onApplicationShutdown(): void {
    this.close();
  }

  override on<Event extends keyof NoexRpcEvents>(event: Event, callback: NoexRpcEvents[Event]): void {
    this.events.on(event, callback);
  }

  /** The node (`Cluster`). */
  unwrap<T>(): T {
    return this.cluster as T;
  }

  /**
   * As `send`, for a reader that takes its time: the server's handler, where it returns an async iterable, is asked for values only as
   * fast as they are read, and `window` of them go ahead. Leaving the loop stops the handler.
   *
   * ```ts
   * for await (const row of client.stream<Row>('report.rows', { month })) await store(row);
   * ```
   */
  async *stream<T>(pattern: unknown, data: unknown): AsyncGenerator<T, void, undefined> {
    if ((pattern ?? undefined) === undefined || (data ?? undefined) === undefined) {
      throw new InvalidMessageError('a request of Nest microservices needs a pattern and data');
    }
    await this.connect();
    const inbox = new StreamInbox<T>();
    const request = this.request(this.createPacket(pattern, data), this.createObserver(inbox));
    try {
      for (;;) {
        const [...taken] = await inbox.take();
        if (taken.length === 0) return;
        yield taken[0]!;
        request.consumed();
      }
    } finally {
      request.cancel();
    }
  }

  protected publish(packet: ReadPacket, callback: (packet: WritePacket) => void): () => void {
    const request: ClientRequest = this.request(packet, (told) => {
      callback(told);
      // Nothing holds an Observable's values back but its subscriber's own time.
      request.consumed();
    });
    return () => request.cancel();
  }

  protected async dispatchEvent<T>(packet: ReadPacket): Promise<T> {
    const { process, directory } = this.connected();
    const route = this.normalizePattern(packet.pattern as string);
    const payload: unknown = this.serializer.serialize({ ...packet, pattern: route });
    const { node } = this.cluster;
    const services = directory.subscribers(route);
    if (services.length === 0) node.lose('no_event_handler', route);
    for (const members of services) {
      // A cast that is lost at once is counted by its node.
      members.some((member) => node.messenger.cast(member, 'event', payload, undefined, process));
    }
    return undefined as T;
  }

  private request(packet: ReadPacket, told: (packet: WritePacket) => void): ClientRequest {
    const id = ++this.lastRequest;
    const say = (method: string, payload: RpcCredit | RpcCancel) => (server: ProcessRef) =>
      this.cluster.castAsync(server, method, payload, undefined, this.connection?.process);
    const request = new ClientRequest(
      told,
      {
        credit: (server, credits) =>
          void say('credit', { id, credits })(server).catch((error: unknown) => request.failed(error)),
        // One whose server is gone has ended.
        cancel: (server) =>
          void say('cancel', { id })(server).catch(() => this.cluster.node.lose('cancel_lost', 'request')),
      },
      () => this.requests.delete(id),
      this.window,
    );
    this.requests.set(id, request);
    this.ask(id, packet, request).catch((error: unknown) => request.failed(error));
    return request;
  }

  /** Asks one node after the other until one has taken the request. */
  private async ask(id: number, packet: ReadPacket, request: ClientRequest): Promise<void> {
    const { process, directory } = this.connected();
    const route = this.normalizePattern(packet.pattern as string);
    const payload: RpcRequest = {
      id,
      credits: this.window,
      packet: this.serializer.serialize({ ...packet, pattern: route }),
    };
    let refusal: unknown = new NoMessageHandlerError(route);
    for (const server of directory.servers(route)) {
      if (request.isDone) return;
      request.server = server;
      try {
        const options = { timeoutMs: Infinity };
        const { messenger } = this.cluster.node;
        const end = (await messenger.call(server, 'request', payload, options, process)) as RpcEnd;
        return request.ended(end.sent, this.read(end.packet));
      } catch (error) {
        if (!mayRunElsewhere(error)) throw error;
        refusal = error;
      }
    }
    throw refusal;
  }

  private values({ id, packets }: RpcValues): void {
    const request = this.requests.get(id);
    for (const packet of packets) request?.value(this.read(packet));
  }

  private read(packet: unknown): WritePacket {
    return this.deserializer.deserialize(packet) as WritePacket;
  }

  private connected(): Connection {
    if (this.connection) return this.connection;
    throw new NodeNotRunningError('the client of Nest microservices is closed');
  }

  private async open(): Promise<void> {
    const driver = clientDriver((values) => this.values(values));
    const process = await this.cluster.node.spawn(driver, { onDown: () => this.lost(this.connection) });
    this.connection = { process, directory: new PatternDirectory(this.cluster) };
    this._status$.next('connected');
  }

  /** Its process has ended, or is to. */
  private lost(connection: Connection | undefined): void {
    if (!connection || this.connection !== connection) return;
    this.connection = undefined;
    this.connecting = undefined;
    connection.directory.close();
    for (const request of [...this.requests.values()]) request.failed(new Error('Connection closed'));
    this._status$.next('disconnected');
  }
}

function mayRunElsewhere(error: unknown): boolean {
  if (!(error instanceof NoexError) || error.outcome !== 'not-run') return false;
  return ELSEWHERE.has(error instanceof RemoteError ? error.remoteCode : error.code);
}
