import { BehaviorNotFoundError, SpawnFailedError, type ProcessRef } from '@noex/contracts';
import type { BehaviorDriver } from '../behavior.js';
import type { LocalNode } from '../local-node.js';
import type { ProcessContext } from '../process-context.js';
import type { Child, Children } from './children.js';
import { stopProcess } from './stop-process.js';
import { isSupervisorSpec, type ChildSpec, type SupervisorSpec } from './supervisor-spec.js';

/** Makes the driver of a nested supervisor. */
export type NestedDriver = (spec: SupervisorSpec) => BehaviorDriver;

/**
 * Starts and stops the processes of children. None outlives the supervisor: told to stop, it asks a child that is starting
 * to stop as well; once it has ended, whatever way, it has the rest stopped behind it.
 */
export class ChildRunner {
  private readonly signal: AbortSignal;
  /** The child whose `init` runs. */
  private starting: Child | undefined;

  constructor(
    private readonly node: LocalNode,
    private readonly context: ProcessContext,
    private readonly children: Children,
    private readonly nested: NestedDriver,
  ) {
    this.signal = context.signal;
    this.signal.addEventListener('abort', () => {
      if (this.starting) void this.end(this.starting);
    });
    // Links tell the children as well, but not one that traps exits or is still starting.
    node.monitor(context.self, () => {
      for (const child of children.all()) void this.end(child);
    });
  }

  /** The supervisor was told to stop, or has ended: nothing is to be started any more. */
  get over(): boolean {
    return this.signal.aborted;
  }

  /** Resolves when `init` has finished. Rejects as `spawn` does; then the child has no process. */
  async start(child: Child): Promise<ProcessRef> {
    const { id, args, name, startMs } = child.spec;
    // Nobody would stop it: that has been seen to already.
    if (this.over)
      throw new SpawnFailedError(`child "${id}" is not started: its supervisor ends`, { child: id });
    this.starting = child;
    try {
      child.driver = this.driverOf(child.spec.behavior);
      return await this.node.spawn(
        child.driver,
        {
          args,
          timeoutMs: startMs ?? (child.type === 'supervisor' ? Infinity : undefined),
          onSpawn: (ref) => this.children.began(child, ref),
          ...(name === undefined ? {} : { name }),
        },
        (ref) => {
          child.status = 'running';
          this.context.link(ref);
        },
        this.context.self.id,
      );
    } catch (error) {
      this.children.ended(child, 'stopped');
      throw error;
    } finally {
      this.starting = undefined;
    }
  }

  /** Resolves when the child has ended, with whatever reason; at once when it does not run. */
  async stop(child: Child): Promise<void> {
    await this.end(child);
    this.children.ended(child, 'stopped');
  }

  private end(child: Child): Promise<void> {
    if (!child.ref) return Promise.resolve();
    return (child.ending ??= this.endProcess(child, child.ref));
  }

  private async endProcess({ spec, type, driver }: Child, ref: ProcessRef): Promise<void> {
    const shutdownMs = spec.shutdownMs ?? (type === 'supervisor' ? Infinity : driver!.shutdownMs);
    const reason = await stopProcess(this.node, ref, shutdownMs);
    if (reason !== 'killed' || shutdownMs === 'kill') return;
    const supervisor = this.context.self.toString();
    this.node.logger.warn(`child "${spec.id}" of supervisor ${supervisor} did not end in time: killed`, {
      event: 'child_killed',
      supervisor,
      child: spec.id,
      process: ref.toString(),
      shutdownMs,
    });
  }

  private driverOf(behavior: ChildSpec['behavior']): BehaviorDriver {
    if (isSupervisorSpec(behavior)) return this.nested(behavior);
    const driver = typeof behavior === 'string' ? this.node.behavior(behavior) : behavior;
    if (driver) return driver;
    const node = this.node.id;
    throw new BehaviorNotFoundError(`node "${node}" knows no behavior "${String(behavior)}"`, {
      node,
      behavior,
    });
  }
}
