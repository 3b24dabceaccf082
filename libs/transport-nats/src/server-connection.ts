import {
  connect,
  type NatsConnection,
  type Server,
  type ServerInfo,
  type Status,
} from '@nats-io/transport-node';
import { ClusterStartError, type Clock, type Logger } from '@noex/contracts';
import { isRejection } from './credentials.js';
import { unreachableServer } from './server-errors.js';
import { connectionOptions, type NatsServerOptions } from './server-options.js';
import { ServerPulse } from './server-pulse.js';

/** A restarted server is found again so soon, in ms; nodes that lost it together do not all come back at once. */
const RECONNECT_WAIT_MS = 100;
const RECONNECT_JITTER_MS = 150;
/** Of the client itself, in ms; `ServerPulse` sees a silent server sooner. */
const CLIENT_PING_MS = 20_000;
const CONNECT_MS = 2_000;
const RETRY_MS = 250;
const FLUSH_MS = 1_000;

export interface ServerConnectionOptions {
  readonly server: NatsServerOptions;
  /** Shown on the server's monitoring pages. */
  readonly name: string;
  /** What it is for, in errors. */
  readonly purpose: 'transport' | 'arbiter';
  /** Below which subject answers to requests come. Default `_INBOX`. */
  readonly inboxPrefix?: string;
  /** How long the first connection may take, in ms. */
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What speaks against a server that has taken this node; `undefined` = nothing. */
  unfit(info: Partial<ServerInfo>): ClusterStartError | undefined;
  /** The client has made a connection, whose subscriptions are now to be made. Rejects where it cannot be used. */
  opened(connection: NatsConnection): Promise<void>;
  /** The server is reached again; what was under way may be lost. */
  reconnected(): void;
  /** What the server minds, and what to do. `key`: of all that have the same cause. */
  complaint(error: Error): { readonly key: string; readonly message: string };
  /** For trouble that would repeat: once a minute. */
  warn(key: string, message: string, fields: Readonly<Record<string, unknown>>): void;
}

/** A connection to a server, or to one of several, kept up for good. */
export class ServerConnection {
  private connection: NatsConnection | undefined;
  private isClosing = false;
  private lostAt: number | undefined;
  private silentServer: string | undefined;
  private readonly pulse: ServerPulse;
  isUp = false;

  constructor(private readonly options: ServerConnectionOptions) {
    this.pulse = new ServerPulse({
      clock: options.clock,
      ask: () => this.connection!.flush(),
      received: () => this.connection!.stats().inMsgs,
      silent: () => this.leave(),
    });
  }

  /** That of the client. Published while `isUp` is not set, messages are lost without a word. */
  get client(): NatsConnection {
    return this.connection!;
  }

  /** What the server says of itself; `undefined` where there is none. */
  get info(): ServerInfo | undefined {
    return this.connection?.info;
  }

  /** @throws ClusterStartError where no server takes this node within `connectTimeoutMs`, or one that cannot be used does. */
  async start(): Promise<void> {
    const { clock, connectTimeoutMs, server, logger } = this.options;
    const deadline = clock.now() + connectTimeoutMs;
    for (;;) {
      try {
        await this.open();
        break;
      } catch (error) {
        if (error instanceof ClusterStartError) throw error;
        if (this.isClosing || clock.now() >= deadline) throw unreachableServer(server, error as Error);
        await this.pause();
      }
    }
    logger.info(`connected to ${this.connection!.getServer()}`, {
      event: 'nats_connected',
      server: this.connection!.getServer(),
    });
  }

  /** Hands over what was published, within a second, and closes. */
  async close(): Promise<void> {
    this.isClosing = true;
    this.pulse.stop();
    const { connection } = this;
    if (!connection) return;
    if (this.isUp) await Promise.race([connection.flush().catch(() => {}), this.wait(FLUSH_MS)]);
    this.isUp = false;
    await connection.close();
  }

  private async open(): Promise<void> {
    const { server, name, inboxPrefix } = this.options;
    const connection = await connect({
      ...connectionOptions(server),
      name,
      ...(inboxPrefix === undefined ? {} : { inboxPrefix }),
      noEcho: true,
      timeout: CONNECT_MS,
      maxReconnectAttempts: -1,
      ignoreAuthErrorAbort: true,
      reconnectTimeWait: RECONNECT_WAIT_MS,
      reconnectJitter: RECONNECT_JITTER_MS,
      reconnectJitterTLS: RECONNECT_JITTER_MS,
      pingInterval: CLIENT_PING_MS,
      reconnectToServer: (pool) => pool.find((one) => nameOf(one) !== this.silentServer) ?? null,
      noAsyncTraces: true,
    });
    this.connection = connection;
    try {
      this.failIfClosing();
      const unfit = this.options.unfit(connection.info ?? {});
      if (unfit) throw unfit;
      await this.options.opened(connection);
      this.failIfClosing();
    } catch (error) {
      this.connection = undefined;
      await connection.close();
      throw error;
    }
    this.isUp = true;
    this.pulse.start();
    void this.watch(connection);
  }

  private failIfClosing(): void {
    const { purpose } = this.options;
    if (this.isClosing) throw new ClusterStartError(`the ${purpose} was closed before it had started`);
  }

  private async watch(connection: NatsConnection): Promise<void> {
    const closed = connection.closed();
    for await (const status of connection.status()) {
      if (this.connection === connection && !this.isClosing) this.noticed(status);
    }
    const error = await closed;
    if (this.isClosing || this.connection !== connection) return;
    this.lost(error ? error.message : 'the connection was closed');
    await this.reopen();
  }

  private noticed(status: Status): void {
    switch (status.type) {
      case 'disconnect':
        return this.lost(`lost ${status.server}`);
      case 'reconnect':
        return this.found();
      case 'error':
        return this.complain(status.error);
      default:
    }
  }

  private complain(error: Error): void {
    const { key, message } = this.options.complaint(error);
    this.options.warn(key, message, { event: 'nats_error', error: error.message });
  }

  /** The server is silent: another one is better, if there is another. */
  private leave(): void {
    const { connection } = this;
    this.silentServer = connection!.getServer();
    this.lost(`${this.silentServer} does not answer`);
    // Not its own reconnect, which first waits until everything is written.
    void connection!.close();
  }

  private lost(why: string): void {
    if (!this.isUp) return;
    this.isUp = false;
    this.pulse.stop();
    this.lostAt = this.options.clock.now();
    this.options.logger.warn(`no connection to NATS: ${why}; trying on`, { event: 'nats_disconnected' });
  }

  private found(): void {
    if (this.isUp) return;
    this.isUp = true;
    this.silentServer = undefined;
    this.pulse.start();
    const server = this.connection!.getServer();
    const downMs = Math.round(this.options.clock.now() - (this.lostAt ?? 0));
    this.options.logger.info(`connected to ${server} again after ${downMs} ms`, {
      event: 'nats_reconnected',
      server,
      downMs,
    });
    this.options.reconnected();
  }

  /** The client gave its connection up, which it does for some errors: begin anew. */
  private async reopen(): Promise<void> {
    while (!this.isClosing) {
      try {
        await this.open();
        this.isUp = false;
        return this.found();
      } catch (error) {
        this.notReopened(error as Error);
        await this.pause();
      }
    }
  }

  private notReopened(error: Error): void {
    if (isRejection(error)) return this.complain(error);
    this.options.warn('nats reopen', `cannot connect to NATS: ${error.message}; trying on`, {
      event: 'nats_error',
      error: error.message,
    });
  }

  /** Before the next try. Timers of the clock keep no OS process alive, and without a connection nothing else may. */
  private async pause(): Promise<void> {
    const alive = setInterval(() => {}, 2 ** 30);
    await this.wait(RETRY_MS);
    clearInterval(alive);
  }

  private wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.options.clock.setTimeout(resolve, ms));
  }
}

function nameOf({ hostname, port }: Server): string {
  return `${hostname}:${port}`;
}
