import { BaseRpcContext, type PacketMetadata } from '@nestjs/microservices';
import type { ProcessRef } from '@noex/contracts';
import type { Headers } from '@noex/runtime';

type NoexRpcContextArgs = [
  pattern: string,
  headers: Headers,
  from: ProcessRef,
  metadata: PacketMetadata | undefined,
];

/** What a handler of a message that came over the cluster can learn of it (`@Ctx()`). */
export class NoexRpcContext extends BaseRpcContext<NoexRpcContextArgs> {
  /** As Nest normalises it: objects with their keys sorted. */
  getPattern(): string {
    return this.args[0];
  }

  /** What propagators sent along: a trace, values of nestjs-cls. */
  getHeaders(): Headers {
    return this.args[1];
  }

  /** The process of the client that sent it; `from.node` is its node. */
  getFrom(): ProcessRef {
    return this.args[2];
  }

  /** What the client's dispatch hook attached, if anything. */
  getMetadata(): PacketMetadata | undefined {
    return this.args[3];
  }
}
