import { Injectable } from '@nestjs/common';
import type { CallArguments, CallName, CastArguments, CastName, ProcessRef, ReplyOf } from '@noex/contracts';
import { Cluster } from '@noex/cluster';
import type { CallOptions, Headers } from '@noex/runtime';
import { Propagation } from '../context/propagation.js';
import { processClient, type ProcessClient } from './process-client.js';

export interface CastOptions {
  readonly headers?: Headers;
}

/** Calls and casts to processes, here or on any node. */
@Injectable()
export class RemoteCallService {
  constructor(
    private readonly cluster: Cluster,
    private readonly propagation: Propagation,
  ) {}

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
    const headers = { ...options?.headers };
    return this.propagation.send({ kind: 'cast', to, name: method, headers }, () =>
      this.cluster.castAsync(to, method, payload, { ...options, headers }),
    );
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
   */
  client<B>(to: ProcessRef<B>, defaults?: CallOptions): ProcessClient<B> {
    return processClient<B>(
      (method, payload, options) => this.cluster.node.messenger.call(to, method, payload, options),
      defaults,
    );
  }

  /** Counts of calls to other nodes. */
  getStats(): { callsSent: number; pendingCallsCount: number; callsServing: number } {
    const { callsSent, callsPending, callsServing } = this.cluster.stats();
    return { callsSent, pendingCallsCount: callsPending, callsServing };
  }
}
