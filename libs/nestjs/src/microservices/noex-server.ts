import {
  BaseRpcExceptionFilter,
  Server,
  type ConsumerDeserializer,
  type ConsumerSerializer,
  type CustomTransportStrategy,
  type IncomingRequest,
  type MessageHandler,
} from '@nestjs/microservices';
import { DrainingError, OverloadedError, type ProcessRef } from '@noex/contracts';
import type { Cluster } from '@noex/cluster';
import type { ProcessContext } from '@noex/runtime';
import { catchError, defer, lastValueFrom, mergeMap, Observable, Subject, takeUntil, tap } from 'rxjs';
import type { Propagation } from '../context/propagation.js';
import { NoMessageHandlerError } from './errors.js';
import { responseValues } from './handler-result.js';
import { NodeEvents, type NoexRpcEvents, type NoexRpcStatus } from './node-events.js';
import { NoexRpcContext } from './noex-rpc.context.js';
import { groupName, requireServiceGroup, routeKey } from './pattern-groups.js';
import type { ResponseStream } from './response-stream.js';
import { RPC_SERVER } from './rpc-messages.js';
import { serverDriver, type IncomingPacket, type ServerHost } from './server.behavior.js';

/** For `@MessagePattern('sum', NOEX_TRANSPORT)`: a handler of this transport only. */
export const NOEX_TRANSPORT = Symbol('NOEX_TRANSPORT');

/** Which service a node belongs to, and how much it takes on. */
export interface NoexServerOptions {
  /** The service: of all nodes with this name, one gets each event. 1 to 64 letters, digits, ".", "_" or "-". */
  readonly group: string;
  /** Requests that this node works on at once; past it clients turn to other nodes. Default 10,000. Raising it costs memory. */
  readonly maxRequests?: number;
  /**
   * Values of one response that wait for its client, where the handler gives them faster than the client takes them and cannot be
   * held back (an Observable); past it the response fails. Default 10,000. Raising it costs memory.
   */
  readonly streamBuffer?: number;
  /** Makes responses what is sent. It must answer at once, as must `deserializer`. Default: as they are. */
  readonly serializer?: ConsumerSerializer;
  /** Makes a packet of what came. Default: as it is. */
  readonly deserializer?: ConsumerDeserializer;
}

const DEFAULT_MAX_REQUESTS = 10_000;
const DEFAULT_STREAM_BUFFER = 10_000;

/**
 * START HERE. Runs the controllers of a Nest microservice over the cluster: its process on this node is a member of a group for each of their
 * patterns, by which clients find it. `noexMicroservice()` makes one for an app.
 */
export class NoexServer extends Server<NoexRpcEvents, NoexRpcStatus> implements CustomTransportStrategy {
  override readonly transportId = NOEX_TRANSPORT;
  private readonly filter = new BaseRpcExceptionFilter<unknown, never>();
  private readonly events: NodeEvents;
  private process: ProcessRef | undefined;
  private joined: string[] = [];
  private closed = false;

  /** Throws TypeError for a wrong `group`. */
  constructor(
    private readonly cluster: Cluster,
    private readonly propagation: Propagation,
    private readonly options: NoexServerOptions,
  ) {
    super();
    requireServiceGroup(options.group);
    this.events = new NodeEvents(cluster);
    this.initializeSerializer(options as never);
    this.initializeDeserializer(options as never);
  }

  /** Before the cluster has started too: peers hear of the handlers once they are connected. */
  async listen(callback: (error?: unknown) => unknown): Promise<void> {
    try {
      await this.open();
    } catch (error) {
      return void callback(error);
    }
    callback();
  }

  /**
   * Takes no more requests, and tells all nodes. Those under way are finished: the node waits for them, within its budget, before it
   * leaves. Events that are on their way are handled for as long as the node runs.
   */
  close(): void {
    this.closed = true;
    for (const group of this.joined.splice(0)) this.cluster.groups.leave(group, this.process!);
    this.events.clear();
    this._status$.next('disconnected');
  }

  on<Event extends keyof NoexRpcEvents>(event: Event, callback: NoexRpcEvents[Event]): void {
    this.events.on(event, callback);
  }

  /** The node (`Cluster`). */
  unwrap<T>(): T {
    return this.cluster as T;
  }

  override getHandlerByPattern(pattern: string) {
    // Nest reads a pattern that looks like JSON as such, which turns one called "null" into nothing.
    return this.messageHandlers.get(pattern) ?? super.getHandlerByPattern(pattern);
  }

  private async open(): Promise<void> {
    const { cluster, options } = this;
    if (!this.process) {
      const lost = () => {
        this.process = undefined;
        this.joined = [];
        this._status$.next('disconnected');
      };
      this.process = await cluster.node.spawn(serverDriver(this.host()), { onDown: lost });
    }
    this.closed = false;
    for (const [route, handler] of this.messageHandlers) {
      const kind = handler.isEventHandler ? 'event' : 'message';
      const group = groupName({ kind, service: options.group, key: routeKey(route) });
      cluster.groups.join(group, this.process);
      this.joined.push(group);
    }
    this._status$.next('connected');
  }

  private host(): ServerHost {
    const { cluster, options } = this;
    const node = cluster.self.id;
    const { maxRequests = DEFAULT_MAX_REQUESTS, streamBuffer = DEFAULT_STREAM_BUFFER } = options;
    return {
      maxRequests,
      streamBuffer,
      refusal: () =>
        this.closed ? new DrainingError(`node "${node}" takes no more requests`, { node }) : undefined,
      overloaded: () =>
        new OverloadedError(`node "${node}" works on ${maxRequests} requests already`, { node, maxRequests }),
      request: (message, stream, context) => {
        const stopped = new Subject<void>();
        const response = this.response(message, stream).pipe(tap(stream), takeUntil(stopped));
        this.run('call', () => lastValueFrom(response, { defaultValue: undefined }), context);
        return () => stopped.next();
      },
      event: (message, context) => this.run('cast', () => this.takeEvent(message), context),
      serialize: (packet) => this.serializer.serialize(packet as never),
      send: (client, values) => cluster.castAsync(client, 'values', values),
    };
  }

  /** Runs what a message asks for in the context that came with it. */
  private run(kind: 'call' | 'cast', work: () => Promise<unknown>, context: ProcessContext): void {
    const name = kind === 'call' ? 'request' : 'event';
    const ran = this.propagation.handler(RPC_SERVER, { kind, name, method: name, states: [] }, work);
    // The client has been told.
    (ran({}, undefined, context) as Promise<unknown>).catch(() => {});
  }

  private response(message: IncomingPacket, stream: ResponseStream): Observable<unknown> {
    return defer(() => this.read(message)).pipe(
      mergeMap(({ packet, context }) => {
        const pattern = context.getPattern();
        const handler = this.getHandlerByPattern(pattern);
        if (!handler) throw new NoMessageHandlerError(pattern).message;
        return this.handled(handler, packet, context, stream);
      }),
    );
  }

  /** What the handler gives, between Nest's hooks. */
  private handled(
    handler: MessageHandler,
    { data }: IncomingRequest,
    context: NoexRpcContext,
    stream: ResponseStream,
  ): Observable<unknown> {
    const room = () => stream.room();
    // What comes past Nest's filters is told as they tell it.
    const told = (error: unknown): Observable<never> => this.filter.catch(error, undefined as never);
    return new Observable((subscriber) => {
      this.onProcessingStartHook(this.transportId, context, async () => {
        subscriber.add(() => this.onProcessingEndHook?.(this.transportId, context));
        defer(async () => (await handler(data, context)) as unknown)
          .pipe(
            catchError(told),
            mergeMap((result) => responseValues(result, room, told)),
          )
          .subscribe(subscriber);
      });
    });
  }

  private async takeEvent(message: IncomingPacket): Promise<void> {
    try {
      const { packet, context } = await this.read(message);
      await this.handleEvent(context.getPattern(), packet, context);
    } catch (error) {
      this.logger.error(error);
      throw error;
    }
  }

  private async read({ packet: raw, from, headers }: IncomingPacket) {
    // The `await` also ends the process' turn: what the handler does next, such as asking this node again, is not done by the process.
    const packet = (await this.deserializer.deserialize(raw)) as IncomingRequest;
    const pattern = this.getPatternAsString(packet.pattern);
    return { packet, context: new NoexRpcContext([pattern, headers, from, packet.metadata]) };
  }
}
