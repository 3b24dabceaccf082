import {
  describeExit,
  SpawnFailedError,
  toErrorData,
  type ExitReason,
  type ProcessRef,
} from '@noex/contracts';
import type { LocalNode } from '../local-node.js';
import type { ProcessContext } from '../process-context.js';
import { ChildRunner, type NestedDriver } from './child-runner.js';
import { Children, type Child } from './children.js';
import { isRestarted, restartGroup } from './restart-decision.js';
import { countRestart } from './restart-intensity.js';
import {
  DEFAULT_MAX_RESTARTS,
  DEFAULT_STRATEGY,
  DEFAULT_WITHIN_MS,
  type Strategy,
  type SupervisorSpec,
} from './supervisor-spec.js';

/** Name of the info message by which a supervisor tells itself to try a start again. */
export const RETRY = 'retry';

/** Exit reason of a supervisor whose children ended too often. */
export const TOO_MANY_RESTARTS = { shutdown: 'reached_max_restart_intensity' } as const;

/**
 * The state of a supervisor's process (OTP manual, `supervisor`). Its handlers run one at a time and wait for the starts and
 * stops of children, so each finds the children at rest; only the supervisor's own end cuts in ({@link ChildRunner}).
 */
export class SupervisorProcess {
  readonly children = new Children();
  readonly runner: ChildRunner;
  readonly strategy: Strategy;
  private restarts: readonly number[] = [];
  /** Starts to try again that found no room in the mailbox. */
  private readonly unposted = new Set<string>();

  constructor(
    private readonly node: LocalNode,
    readonly spec: SupervisorSpec,
    private readonly context: ProcessContext,
    nested: NestedDriver,
  ) {
    this.strategy = spec.strategy ?? DEFAULT_STRATEGY;
    context.trapExits(true);
    this.runner = new ChildRunner(node, context, this.children, nested);
  }

  get self(): ProcessRef {
    return this.context.self;
  }

  /** Starts the children of the spec in order; when one fails, stops those before it in reverse and throws. */
  async startAll(): Promise<void> {
    for (const child of (this.spec.children ?? []).map((spec) => this.children.add(spec))) {
      try {
        await this.runner.start(child);
      } catch (error) {
        if (this.runner.over) return;
        await this.stopAll();
        throw new SpawnFailedError(
          `child "${child.spec.id}" did not start: ${toErrorData(error).message}`,
          { child: child.spec.id, error: toErrorData(error) },
          { cause: error },
        );
      }
    }
  }

  /** Stops the children in reverse order, those of a dynamic supervisor all at once. */
  async stopAll(): Promise<void> {
    const children = this.children.all();
    if (this.strategy === 'dynamic') await Promise.all(children.map((child) => this.runner.stop(child)));
    else await this.stopInReverse(children);
  }

  /** A linked process ended. What is no child (any more) is none of its business. */
  async exited(process: ProcessRef, reason: ExitReason): Promise<void> {
    const child = this.children.of(process);
    if (!child) return;
    this.children.ended(child, 'stopped');
    if (isRestarted(child.spec.restart ?? 'permanent', reason)) {
      await this.restart(child, describeExit(reason));
    } else this.forget(child);
  }

  /** The next attempt at a start that failed, unless something else has been done with the child since. */
  async retry(id: string): Promise<void> {
    const child = this.children.get(id);
    if (child?.status === 'restarting') await this.restart(child, 'its start failed');
  }

  /** A child that has ended for good: what can never run again is no child any more. */
  forget(child: Child): void {
    if (this.strategy === 'dynamic' || child.spec.restart === 'temporary') this.children.remove(child);
  }

  private async restart(child: Child, cause: string): Promise<void> {
    const { maxRestarts = DEFAULT_MAX_RESTARTS, withinMs = DEFAULT_WITHIN_MS } = this.spec;
    const count = countRestart(this.restarts, this.node.clock.now(), maxRestarts, withinMs);
    this.restarts = count.restarts;
    const fields = { supervisor: this.self.toString(), child: child.spec.id, cause };
    if (count.exceeded) {
      this.node.counters.restartsGivenUp++;
      this.node.logger.error(
        `supervisor ${fields.supervisor} ends: more than ${maxRestarts} restarts within ${withinMs} ms, ` +
          `the last of child "${child.spec.id}" (${cause})`,
        { event: 'restart_intensity_exceeded', ...fields },
      );
      this.context.stop(TOO_MANY_RESTARTS);
      return;
    }
    this.node.counters.restarts++;
    this.node.logger.warn(
      `supervisor ${fields.supervisor} restarts child "${child.spec.id}" (${this.strategy}): ${cause}`,
      { event: 'child_restart', ...fields },
    );
    const group = restartGroup(this.strategy, () => this.children.all(), child);
    await this.stopInReverse(group);
    await this.startGroup(group);
  }

  private async stopInReverse(children: readonly Child[]): Promise<void> {
    for (const child of children.toReversed()) {
      await this.runner.stop(child);
      if (child.spec.restart === 'temporary') this.children.remove(child);
    }
  }

  private async startGroup(group: readonly Child[]): Promise<void> {
    for (const child of group) {
      // Temporary ones were forgotten when they were stopped.
      if (!this.children.has(child)) continue;
      try {
        await this.runner.start(child);
      } catch (error) {
        if (!this.runner.over) this.tryAgain(child, error);
        return;
      }
    }
  }

  private tryAgain(child: Child, error: unknown): void {
    const fields = { supervisor: this.self.toString(), child: child.spec.id };
    this.node.logger.error(
      `supervisor ${fields.supervisor} could not restart child "${fields.child}": ${toErrorData(error).message}`,
      { event: 'child_start_failed', ...fields, error },
    );
    this.children.ended(child, 'restarting');
    this.unposted.add(child.spec.id);
    this.postRetries();
  }

  /** An attempt waits its turn behind the messages that came meanwhile, as in OTP. To be called after each message. */
  postRetries(): void {
    for (const id of this.unposted) {
      // The mailbox is full, so another message will be handled.
      if (!this.context.send(this.self, RETRY, id)) return;
      this.unposted.delete(id);
    }
  }
}
