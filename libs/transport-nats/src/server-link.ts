import type { Msg, NatsConnection } from '@nats-io/transport-node';
import type { ClusterStartError, Clock, Logger } from '@noex/contracts';
import type { Courier } from './courier.js';
import { ServerConnection } from './server-connection.js';
import { deniedSubject, serverComplaint, unfitServer } from './server-errors.js';
import type { NatsServerOptions } from './server-options.js';

const NO_RESPONDERS = 503;
const MAX_BOUNCES = 10_000;

export interface ServerLinkOptions {
  readonly server: NatsServerOptions;
  /** Shown on the server's monitoring pages. */
  readonly name: string;
  /** The subject of this life of the node. */
  readonly address: string;
  readonly presence: string;
  /** Most bytes of a message that will be sent. */
  readonly maxMessageBytes: number;
  /** How long the first connection may take, in ms. */
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Something came to the subject of this node, or to that of presence. The bytes are only valid until this returns. */
  message(subject: Inbound, message: Uint8Array): void;
  /** The server is reached again; what was under way may be lost. */
  reconnected(): void;
  /** For trouble that would repeat: once a minute. */
  warn(key: string, message: string, fields: Readonly<Record<string, unknown>>): void;
}

export type Inbound = 'own' | 'presence';

/** The node's one connection to a server, or to one of several, kept up for good. Has two subscriptions, however many peers there are. */
export class ServerLink implements Courier {
  private readonly connection: ServerConnection;
  private bounceCount = 0;
  /** What to do when nobody reads a subject, by the last part of the subject to which the server says so. */
  private readonly bounces = new Map<string, () => void>();

  constructor(private readonly options: ServerLinkOptions) {
    const { server, address, maxMessageBytes } = options;
    this.connection = new ServerConnection({
      ...options,
      purpose: 'transport',
      unfit: (info) => unfitServer(info, maxMessageBytes),
      opened: (connection) => this.subscribe(connection),
      complaint: (error) => serverComplaint(server, address, error),
    });
  }

  get isUp(): boolean {
    return this.connection.isUp;
  }

  /** @throws ClusterStartError where no server takes this node within `connectTimeoutMs`, or one that cannot be used does. */
  start(): Promise<void> {
    return this.connection.start();
  }

  publish(subject: string, message: Uint8Array): void {
    // What is published while there is no connection would be lost without a word.
    if (this.isUp) this.connection.client.publish(subject, message);
  }

  publishExpecting(subject: string, message: Uint8Array, bounced: () => void): void {
    if (!this.isUp) return;
    const token = String(++this.bounceCount);
    if (this.bounces.size >= MAX_BOUNCES) this.bounces.delete(this.bounces.keys().next().value!);
    this.bounces.set(token, bounced);
    this.connection.client.publish(subject, message, { reply: `${this.options.address}.r.${token}` });
  }

  /** Hands over what was published, within a second, and closes. */
  close(): Promise<void> {
    return this.connection.close();
  }

  private async subscribe(connection: NatsConnection): Promise<void> {
    const { address, presence, message } = this.options;
    let denied: ClusterStartError | undefined;
    const take = (subject: string, taken: (message: Msg) => void) =>
      connection.subscribe(subject, {
        callback: (error, msg) => {
          if (!error) return taken(msg);
          denied = deniedSubject(subject, error);
          // Deaf from now on: begin anew, for permissions may change.
          if (this.isUp) void connection.close();
        },
      });
    take(`${address}.>`, (msg) => this.take(msg));
    take(presence, ({ data }) => message('presence', data));
    await connection.flush();
    if (denied) throw denied;
  }

  private take(message: Msg): void {
    if (message.data.length > 0) return this.options.message('own', message.data);
    if (message.headers?.code !== NO_RESPONDERS) return;
    const token = message.subject.slice(message.subject.lastIndexOf('.') + 1);
    const bounced = this.bounces.get(token);
    this.bounces.delete(token);
    bounced?.();
  }
}
