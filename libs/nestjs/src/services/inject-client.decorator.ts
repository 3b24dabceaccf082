import { Inject, type FactoryProvider, type Type } from '@nestjs/common';
import type { BehaviorContract } from '@noex/contracts';
import type { Headers } from '@noex/runtime';
import { behaviorMetadata } from '../behavior/behavior-metadata.js';
import { getNoexToken } from '../nodes/node-token.js';
import { processName, type NamedProcess } from './named-process.js';
import { RemoteCallService } from './remote-call.service.js';

/** A client of a process by its name, for `NoexModule.forFeature({ clients: [ … ] })` and `@InjectClient`. */
export interface ClientRegistration<B extends object = object> extends NamedProcess<B> {
  /** Time for each call that does not say, in milliseconds. Default: the node's `callTimeoutMs`. */
  readonly timeoutMs?: number;
  /** Of every call. */
  readonly headers?: Headers;
  /** Which node of the app it calls from, where that has several. Default: that of the behavior. */
  readonly node?: string;
}

/** What a client is injected by: for `app.get()` and for overriding it in tests. `name`, `node`: as registered. */
export function getClientToken(behavior: Type | BehaviorContract, name?: string, node?: string): string {
  const { name: process } = processName({ behavior, name });
  return getNoexToken(`noex client of process "${process}"`, nodeOf(behavior, node));
}

/**
 * Injects a client of the process that has a name, whoever that is when it is called:
 * `@InjectClient(Cart, 'main-cart') private readonly cart: ProcessClient<CartApi>`. The client is one that
 * `NoexModule.forFeature({ clients: [{ behavior: Cart, name: 'main-cart' }] })` registers for the module.
 */
export function InjectClient(
  behavior: Type | BehaviorContract,
  name?: string,
  node?: string,
): ParameterDecorator & PropertyDecorator {
  return Inject(getClientToken(behavior, name, node));
}

export function clientProvider(registration: ClientRegistration): FactoryProvider {
  const { behavior, name, node, timeoutMs, headers } = registration;
  const defaults = { ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(headers && { headers }) };
  return {
    provide: getClientToken(behavior, name, node),
    inject: [getNoexToken(RemoteCallService, nodeOf(behavior, node))],
    useFactory: (remote: RemoteCallService) =>
      remote.client(registration, Object.keys(defaults).length > 0 ? defaults : undefined),
  };
}

function nodeOf(behavior: Type | BehaviorContract, node: string | undefined): string | undefined {
  return node ?? behaviorMetadata(behavior)?.options.node;
}
