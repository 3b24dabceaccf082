import {
  answeredError,
  NoexError,
  RemoteError,
  type ErrorData,
  type ExitReason,
  type ProcessRef,
} from '@noex/contracts';
import type { LocalNode } from '../local-node.js';
import type { DownListener } from '../monitor.js';
import type { CallOptions } from '../process-context.js';
import { ChildError, isChildErrorCode } from './child-error.js';
import { stopProcess } from './stop-process.js';
import type { ChildCount, ChildInfo, SupervisorCalls, WhichChild } from './supervisor-calls.js';
import { supervisorDriver } from './supervisor.driver.js';
import type { ChildSpec, DynamicChildSpec, SupervisorSpec } from './supervisor-spec.js';

/** What is said of the supervisor itself. */
export interface StartSupervisorOptions {
  /** Registers the supervisor under this name on its node. */
  readonly name?: string;
  /** What its behavior is called, in logs. Default `supervisor`. */
  readonly behavior?: string;
  /** Called once, when it has ended. */
  readonly onDown?: DownListener;
}

/** What carries the calls: a node, a cluster, or the context of a process. */
export interface SupervisorCaller {
  call(to: ProcessRef, method: string, payload?: unknown, options?: CallOptions): Promise<unknown>;
}

/**
 * Starts a supervisor and its children; resolves when all run. Rejects with InvalidOptionsError, or with SpawnFailedError that
 * names the child that did not start; then no process is left.
 */
export async function startSupervisor(
  node: LocalNode,
  spec: SupervisorSpec,
  { behavior, ...options }: StartSupervisorOptions = {},
): Promise<Supervisor> {
  const driver = supervisorDriver(node, spec, behavior);
  const ref = await node.spawn(driver, { ...options, timeoutMs: Infinity });
  return new Supervisor(node, ref as ProcessRef<SupervisorCalls>);
}

/** Stops a supervisor of this node and with it its children; kills it after `withinMs`. Resolves when it has ended. */
export function stopSupervisor(
  node: LocalNode,
  supervisor: Supervisor,
  withinMs = Infinity,
): Promise<ExitReason> {
  return stopProcess(node, supervisor.ref, withinMs);
}

/**
 * A supervisor as its users see it, on whatever node it lives. Calls wait without limit, as OTP's do, unless `timeoutMs`
 * says otherwise; they end when the supervisor or its node does. Besides the errors of `call` they reject with ChildError.
 */
export class Supervisor {
  constructor(
    private readonly caller: SupervisorCaller,
    readonly ref: ProcessRef<SupervisorCalls>,
  ) {}

  /**
   * Adds a child and starts it. One that does not start is no child: rejects as `spawn` does. What is sent to another node,
   * or copied by strict messages, names its behavior.
   */
  startChild(spec: ChildSpec | DynamicChildSpec, options?: CallOptions): Promise<ProcessRef> {
    return this.ask('startChild', spec, options);
  }

  /** Stops a child. It keeps its place, and a restart of its group starts it again; a temporary or dynamic one is gone. */
  terminateChild(child: WhichChild, options?: CallOptions): Promise<void> {
    return this.ask('terminateChild', child, options);
  }

  /** Starts a child that is stopped. */
  restartChild(child: WhichChild, options?: CallOptions): Promise<ProcessRef> {
    return this.ask('restartChild', child, options);
  }

  /** Forgets a child that is stopped. */
  deleteChild(child: WhichChild, options?: CallOptions): Promise<void> {
    return this.ask('deleteChild', child, options);
  }

  countChildren(options?: CallOptions): Promise<ChildCount> {
    return this.ask('countChildren', undefined, options);
  }

  /** In start order. */
  whichChildren(options?: CallOptions): Promise<ChildInfo[]> {
    return this.ask('whichChildren', undefined, options);
  }

  private async ask<M extends keyof SupervisorCalls>(
    method: M,
    payload: unknown,
    options?: CallOptions,
  ): Promise<ReturnType<SupervisorCalls[M]>> {
    try {
      const reply = await this.caller.call(this.ref, method, payload, { timeoutMs: Infinity, ...options });
      return reply as ReturnType<SupervisorCalls[M]>;
    } catch (error) {
      throw error instanceof RemoteError ? asThrown(error) : error;
    }
  }
}

/** The error that the supervisor threw, in its own class. */
function asThrown(error: RemoteError): Error {
  if (error.cause instanceof NoexError) return error.cause;
  const { message, remoteCode, remoteData } = error;
  const data = (remoteData ?? {}) as Readonly<Record<string, unknown>>;
  if (isChildErrorCode(remoteCode)) return new ChildError(remoteCode, message, data, { cause: error });
  const thrown: ErrorData = { name: error.name, message, code: remoteCode, data };
  return answeredError(thrown) ?? error;
}
