import { ClusterStartError, type Logger } from '@noex/contracts';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The response to a request at the management port. */
export interface ManagementAnswer {
  readonly status: number;
  /** Text as it is, anything else as JSON. */
  readonly body: unknown;
  /** Besides `Cache-Control: no-store` and a `Content-Type` that fits the body. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers one; a throw is answered with 500. */
export type ManagementHandler = (request: IncomingMessage) => ManagementAnswer | Promise<ManagementAnswer>;

export interface ManagementAddress {
  readonly host: string;
  readonly port: number;
}

/** A client that sends its request slower than this, in milliseconds, is cut off. */
const REQUEST_TIMEOUT_MS = 5_000;
/** Far more than probes and scrapes need. */
const MOST_CONNECTIONS = 100;

/**
 * START HERE. The HTTP server of the management port: for probes, scrapes and what else is for operators and not for users. It is plain
 * `node:http` and no second Nest app, so that it listens before anything of the app has started and after all of it has stopped.
 * Without an address it serves nothing.
 */
export class ManagementServer {
  private readonly routes = new Map<string, Map<string, ManagementHandler>>();
  private server: Server | undefined;

  constructor(
    private readonly at: ManagementAddress | undefined,
    private readonly logger: Logger,
  ) {}

  /** Where it listens; undefined while it does not. */
  get address(): ManagementAddress | undefined {
    const address = this.server?.address() as AddressInfo | null | undefined;
    return address ? { host: address.address, port: address.port } : undefined;
  }

  /** Adds a route at any time. `GET` also answers `HEAD`. `path` without query, with or without the leading slash. */
  route(method: string, path: string, handler: ManagementHandler): void {
    const name = `/${path.replace(/^\//, '')}`;
    const methods = this.routes.get(name) ?? new Map<string, ManagementHandler>();
    if (methods.has(method)) throw new Error(`the management port has a route ${method} ${name} already`);
    this.routes.set(name, methods.set(method, handler));
  }

  /** Rejects with ClusterStartError when it cannot listen. */
  async listen(): Promise<void> {
    const { at, logger } = this;
    if (!at) return;
    const server = createServer((request, response) => void this.serve(request, response));
    server.requestTimeout = server.headersTimeout = REQUEST_TIMEOUT_MS;
    server.maxConnections = MOST_CONNECTIONS;
    await new Promise<void>((resolve, reject) => {
      const failed = (error: Error) => reject(cannotListen(at, error));
      server.once('error', failed);
      server.listen(at.port, at.host, () => {
        server.off('error', failed);
        resolve();
      });
    });
    server.on('error', (error) =>
      logger.warn('the management port cannot take a connection', { event: 'management_trouble', error }),
    );
    // What it serves is about the app: it keeps no OS process alive by itself.
    server.unref();
    this.server = server;
    const { host, port } = this.address!;
    logger.info(`the management port is ${host}:${port}`, { event: 'management_listening', host, port });
  }

  /** Ends the connections too: those of a client that keeps them open would hold up the end of the app. */
  async close(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = undefined;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
      setImmediate(() => server.closeAllConnections());
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let answer: ManagementAnswer;
    try {
      answer = await this.answer(request);
    } catch (error) {
      this.logger.error(`the management port failed at ${request.method} ${request.url}`, {
        event: 'management_failed',
        error,
      });
      answer = { status: 500, body: { statusCode: 500, message: 'Internal Server Error' } };
    }
    const { status, body, headers } = answer;
    const isText = typeof body === 'string';
    response.writeHead(status, {
      'Cache-Control': 'no-store',
      'Content-Type': isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
      ...headers,
    });
    response.end(request.method === 'HEAD' ? undefined : isText ? body : JSON.stringify(body));
  }

  private answer(request: IncomingMessage): ManagementAnswer | Promise<ManagementAnswer> {
    const path = request.url!.split('?', 1)[0]!;
    const methods = this.routes.get(path);
    if (!methods) return { status: 404, body: { statusCode: 404, message: `there is nothing at ${path}` } };
    const method = request.method === 'HEAD' ? 'GET' : request.method!;
    const handler = methods.get(method);
    if (handler) return handler(request);
    const allow = [...methods.keys()].join(', ');
    return { status: 405, headers: { allow }, body: { statusCode: 405, message: `${path} takes ${allow}` } };
  }
}

function cannotListen({ host, port }: ManagementAddress, cause: Error): ClusterStartError {
  return new ClusterStartError(
    `the management port ${host}:${port} cannot be listened on: ${cause.message}; choose another by MANAGEMENT_PORT and MANAGEMENT_HOST`,
    { host, port },
    { cause },
  );
}
