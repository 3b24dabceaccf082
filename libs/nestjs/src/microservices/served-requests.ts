import type { ProcessRef } from '@noex/contracts';
import type { ProcessContext } from '@noex/runtime';
import type { ResponseStream } from './response-stream.js';

/** A request that is worked on. */
export interface ServedRequest {
  readonly stream: ResponseStream;
  /** Nobody waits for it any more: stops its source and answers the call. */
  cancel(): void;
}

interface ServedClient {
  readonly monitor: number;
  readonly requests: Map<number, ServedRequest>;
}

/** The requests that a server's process works on, by client. A client is watched from its first request on, until it ends. */
export class ServedRequests {
  private readonly clients = new Map<string, ServedClient>();
  private open = 0;

  get size(): number {
    return this.open;
  }

  add(client: ProcessRef, id: number, request: ServedRequest, context: ProcessContext): void {
    const name = client.toString();
    let served = this.clients.get(name);
    if (!served) {
      served = { monitor: context.monitor(client), requests: new Map() };
      this.clients.set(name, served);
    }
    served.requests.set(id, request);
    this.open++;
  }

  find(client: ProcessRef, id: number): ServedRequest | undefined {
    return this.clients.get(client.toString())?.requests.get(id);
  }

  /** It has ended; nothing happens where it is not there. */
  remove(client: ProcessRef, id: number): void {
    if (this.clients.get(client.toString())?.requests.delete(id)) this.open--;
  }

  /** Its client is gone, with all that it waited for. */
  clientEnded(client: ProcessRef): void {
    const name = client.toString();
    const requests = this.clients.get(name)?.requests;
    for (const request of [...(requests?.values() ?? [])]) request.cancel();
    this.clients.delete(name);
  }

  cancelAll(): void {
    for (const { requests } of this.clients.values()) {
      for (const request of [...requests.values()]) request.cancel();
    }
  }
}
