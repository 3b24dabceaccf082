import { Injectable } from '@nestjs/common';
import {
  ProcessRef,
  type CallArguments,
  type CallName,
  type CastArguments,
  type CastName,
  type ReplyOf,
} from '@noex/contracts';
import { Cluster } from '@noex/cluster';
import type { CallOptions, Headers } from '@noex/runtime';
import { NamedCaller } from './named-caller.js';
import { processName, type NamedProcess } from './named-process.js';
import { processClient, type ClientCall, type ProcessClient } from './process-client.js';

/** What a cast carries besides its payload. */
export interface CastOptions {
  readonly headers?: Headers;
}

/** Calls and casts to processes, here or on any node. */
@Injectable()
export class RemoteCallService {
  constructor(private readonly cluster: Cluster) {}

  /**
   * Resolves with what the handler returned. Rejects with a NoexError whose `outcome` tells whether the handler may have
   * run: CallTimeoutError, ProcessNotFoundError, ProcessExitedError, NodeUnreachableError, NodeDownError, OverloadedError,
   * DrainingError, InvalidMessageError, RemoteError, SerializationError, MessageTooLargeError; with the signal's reason when
   * `options.signal` aborts.
   */
  call<B, M extends CallName<B>>(
    to: ProcessRef<B>,
    method: M,
    ...[payload, options]: CallArguments<B, M, CallOptions>
  ): Promise<ReplyOf<B, M>> {
    return this.cluster.node.messenger.call(to, method, payload, options) as Promise<ReplyOf<B, M>>;
  }

  /**
   * Sends without waiting. False when it was lost at once (no such local process, no route, a full queue), which is counted.
   * Throws SerializationError or MessageTooLargeError.
   */
  cast<B, M extends CastName<B>>(
    to: ProcessRef<B>,
    method: M,
    ...[payload, options]: CastArguments<B, M, CastOptions>
  ): boolean {
    return this.cluster.node.messenger.cast(to, method, payload, options?.headers);
  }

  /**
   * A cast that waits for room: resolves when it is in the queue to its node, or in the mailbox of a process of this one, within
   * `timeoutMs`. Rejects with OverloadedError, NodeUnreachableError, ProcessNotFoundError, the reason of `signal`, or as `cast` throws;
   * then it was not sent.
   */
  castAsync<B, M extends CastName<B>>(
    to: ProcessRef<B>,
    method: M,
    ...[payload, options]: CastArguments<B, M, CallOptions>
  ): Promise<void> {
    return this.cluster.node.messenger.castAsync(to, method, payload, options);
  }

  /**
   * Resolves when all that was sent so far to a node, or to all, has been handed to the network: what a producer waits for whose
   * cast was refused. Rejects with NodeUnreachableError when the node is not connected or is lost before.
   */
  drained(nodeId?: string): Promise<void> {
    return this.cluster.drained(nodeId);
  }

  /**
   * The process as an object: `await remote.client(cart).add(item)` is `remote.call(cart, 'add', item)`. `defaults` hold for all of
   * its calls.
   *
   * By name (`remote.client({ behavior: Cart, name: 'main-cart' })`) each call goes to whoever has the name then. One that was refused before it ran,
   * because the process or its node is gone or the node drains, goes to whoever has the name next, and a name that nobody
   * has is waited for, both within the call's timeout. It rejects as `call` does; with ProcessNotFoundError (`data.name`) when
   * nobody has had the name in that time.
   */
  client<B>(to: ProcessRef<B>, defaults?: CallOptions): ProcessClient<B>;
  client<B extends object>(to: NamedProcess<B>, defaults?: CallOptions): ProcessClient<B>;
  client(to: ProcessRef | NamedProcess, defaults?: CallOptions): ProcessClient<unknown> {
    if (to instanceof ProcessRef) {
      const call: ClientCall = (method, payload, options) =>
        this.cluster.node.messenger.call(to, method, payload, options);
      return processClient(call, defaults);
    }
    const caller = new NamedCaller(this.cluster, processName(to));
    return processClient((method, payload, options) => caller.call(method, payload, options), defaults);
  }

  /** Counts of calls to other nodes. */
  getStats(): { callsSent: number; pendingCallsCount: number; callsServing: number } {
    const { callsSent, callsPending, callsServing } = this.cluster.stats();
    return { callsSent, pendingCallsCount: callsPending, callsServing };
  }
}
