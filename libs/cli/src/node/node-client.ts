import { OperationFailed } from '../command.js';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Connection } from './connection.js';

const PREFIX = '/noex/v1';

/** How long a node that looks something up in its memory may take, in milliseconds. */
const LOOK_UP_MS = 5_000;

/** The body of an answer that is no success. */
interface Failure {
  readonly error: { readonly code: string; readonly message: string };
}

/** Asks one node. Everything that goes wrong is an OperationFailed. */
export class NodeClient {
  constructor(private readonly connection: Connection) {}

  get<T>(path: string, query: Readonly<Record<string, string | undefined>> = {}): Promise<T> {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const search = new URLSearchParams(given).toString();
    return this.request<T>('GET', `${path}${search === '' ? '' : `?${search}`}`, undefined, LOOK_UP_MS);
  }

  post<T>(path: string, body: object, timeoutMs: number): Promise<T> {
    return this.request<T>('POST', path, JSON.stringify(body), timeoutMs);
  }

  private async request<T>(
    method: string,
    path: string,
    body: string | undefined,
    timeoutMs: number,
  ): Promise<T> {
    const { url, token } = this.connection;
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const headers = { Authorization: `Bearer ${token}` };
      const answer = await exchange(`${url}${PREFIX}/${path}`, { method, headers, signal }, body);
      return read(url, answer) as T;
    } catch (error) {
      if (error instanceof OperationFailed) throw error;
      throw signal.aborted ? noAnswer(url, timeoutMs) : unreachable(url, error as NodeJS.ErrnoException);
    }
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Not fetch: that one gives up after five minutes, which a drain or a call may take, and follows redirects with the token. */
async function exchange(url: string, options: RequestOptions, body: string | undefined): Promise<Answer> {
  const make = url.startsWith('https:') ? httpsRequest : httpRequest;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    // A connection of its own: one that was kept may be closed by the node just when it is used.
    const request = make(url, { ...options, agent: false }, resolve).on('error', reject);
    request.end(body);
  });
  const parts: Buffer[] = [];
  for await (const part of response as AsyncIterable<Buffer>) parts.push(part);
  return { status: response.statusCode!, text: Buffer.concat(parts).toString() };
}

function noAnswer(url: string, timeoutMs: number): OperationFailed {
  return new OperationFailed(
    'timeout',
    `no answer from ${url} within ${timeoutMs / 1000} s; the event loop of that node may hang`,
  );
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused; does the node run, and with MANAGEMENT_PORT set to this port?',
  ENOTFOUND: 'its host has no address',
  EAI_AGAIN: 'its host has no address now',
  ECONNRESET: 'the connection broke off',
  EHOSTUNREACH: 'no way leads to its host',
  ENETUNREACH: 'no way leads to its host',
};

function unreachable(url: string, { code = '', message }: NodeJS.ErrnoException): OperationFailed {
  return new OperationFailed('unreachable', `cannot reach ${url}: ${REASONS[code] ?? (code || message)}`);
}

/** What a node answered with success. Throws OperationFailed. */
function read(url: string, { status, text }: Answer): unknown {
  const body = parse(text);
  if (status >= 200 && status < 300 && body !== undefined) return body;
  if (isFailure(body)) {
    const { code, message, ...facts } = body.error;
    throw new OperationFailed(code, status === 502 ? message : `${url}: ${message}`, facts);
  }
  if (status === 404) {
    throw new OperationFailed(
      'api_off',
      `${url} has no management API; set MANAGEMENT_TOKEN or MANAGEMENT_TOKEN_FILE on the node, or correct --url`,
    );
  }
  throw new OperationFailed(
    'no_node',
    `${url} answered HTTP ${status} with what no node says; is it a management port?`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isFailure(body: unknown): body is Failure {
  const error = (body as Partial<Failure> | null | undefined)?.error;
  return typeof error?.code === 'string' && typeof error.message === 'string';
}
