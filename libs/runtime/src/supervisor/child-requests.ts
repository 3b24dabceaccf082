import { ProcessRef, SpawnRefusedError } from '@noex/contracts';
import { MessageRejected } from '../behavior.js';
import type { LocalNode } from '../local-node.js';
import { ChildError } from './child-error.js';
import type { Child } from './children.js';
import { childProblems } from './spec-check.js';
import type { ChildCount, ChildInfo } from './supervisor-calls.js';
import type { SupervisorProcess } from './supervisor-process.js';
import { isSupervisorSpec, type ChildSpec, type DynamicChildSpec } from './supervisor-spec.js';

/** What a supervisor can be asked about its children, and to do with them. Arguments come from anywhere and are checked. */
export class ChildRequests {
  private lastFreeId = 0;

  constructor(
    private readonly node: LocalNode,
    private readonly supervisor: SupervisorProcess,
  ) {}

  /** `byPeer`: asked for by another node, which may start only what it could spawn itself, or what the template names. */
  async startChild(given: unknown, byPeer = false): Promise<ProcessRef> {
    const { children, runner } = this.supervisor;
    const spec = this.complete(given);
    if (byPeer) this.refuseClosed(spec);
    const known = children.get(spec.id);
    if (known) {
      throw known.status === 'stopped'
        ? this.refusal('child_already_present', known, 'is there but stopped; restart or delete it')
        : this.refusal('child_already_started', known, 'is started already');
    }
    const child = children.add(spec);
    try {
      return await runner.start(child);
    } catch (error) {
      children.remove(child);
      throw error;
    }
  }

  async terminateChild(which: unknown): Promise<void> {
    const child = this.find(which);
    await this.supervisor.runner.stop(child);
    this.supervisor.forget(child);
  }

  async restartChild(which: unknown): Promise<ProcessRef> {
    return this.supervisor.runner.start(this.stopped(which));
  }

  deleteChild(which: unknown): void {
    this.supervisor.children.remove(this.stopped(which));
  }

  countChildren(): ChildCount {
    const children = this.supervisor.children.all();
    const supervisors = children.filter(({ type }) => type === 'supervisor').length;
    return {
      specs: children.length,
      active: children.filter(({ ref }) => ref && this.node.isAlive(ref)).length,
      supervisors,
      workers: children.length - supervisors,
    };
  }

  whichChildren(): ChildInfo[] {
    return this.supervisor.children.all().map(({ spec, status, ref, type }) => ({
      id: spec.id,
      status,
      ref,
      type,
      behavior: behaviorName(spec.behavior),
    }));
  }

  /** The spec with what the template and the supervisor add to it. */
  private complete(given: unknown): ChildSpec {
    const { strategy, spec } = this.supervisor;
    const dynamic = strategy === 'dynamic';
    const merged = typeof given === 'object' && given !== null ? { ...spec.template, ...given } : given;
    const problems = childProblems(merged, '', dynamic ? ['behavior'] : ['id', 'behavior']);
    if (problems.length > 0) {
      const list = problems.map(({ field, expected }) => `${field}: expected ${expected}`).join('; ');
      throw new MessageRejected(`the child's spec is wrong: ${list}`, problems);
    }
    const child = merged as DynamicChildSpec & Pick<ChildSpec, 'behavior'>;
    return { ...child, id: child.id ?? this.freeId(behaviorName(child.behavior)) };
  }

  private refuseClosed({ behavior }: ChildSpec): void {
    const allowed =
      behavior === this.supervisor.spec.template?.behavior ||
      (typeof behavior === 'string' && this.node.openToPeers.has(behavior));
    if (allowed) return;
    const name = behaviorName(behavior);
    throw new SpawnRefusedError(`node "${this.node.id}" does not let peers start "${name}"`, {
      node: this.node.id,
      behavior: name,
    });
  }

  private freeId(behavior: string): string {
    for (;;) {
      const id = `${behavior}-${++this.lastFreeId}`;
      if (!this.supervisor.children.get(id)) return id;
    }
  }

  private find(which: unknown): Child {
    const { children, self } = this.supervisor;
    const child =
      which instanceof ProcessRef ? children.of(which) : typeof which === 'string' && children.get(which);
    if (child) return child;
    const data = { supervisor: self.toString(), child: String(which) };
    throw new ChildError(
      'child_not_found',
      `supervisor ${data.supervisor} has no child "${data.child}"`,
      data,
    );
  }

  /** A child that keeps its place while it does not run. */
  private stopped(which: unknown): Child {
    const child = this.find(which);
    if (this.supervisor.strategy === 'dynamic') {
      throw this.refusal('child_is_dynamic', child, 'is dynamic: it can be started and terminated, no more');
    }
    if (child.status === 'running') throw this.refusal('child_running', child, 'runs; terminate it first');
    if (child.status === 'restarting') {
      throw this.refusal('child_restarting', child, 'is being restarted; terminate it first');
    }
    return child;
  }

  private refusal(code: ChildError['code'], { spec: { id }, ref }: Child, what: string): ChildError {
    const supervisor = this.supervisor.self.toString();
    return new ChildError(code, `child "${id}" of supervisor ${supervisor} ${what}`, {
      supervisor,
      child: id,
      ...(ref === undefined ? {} : { process: ref.toString() }),
    });
  }
}

function behaviorName(behavior: ChildSpec['behavior']): string {
  if (typeof behavior === 'string') return behavior;
  return isSupervisorSpec(behavior) ? 'supervisor' : behavior.name;
}
