import type { ProcessRef } from '@noex/contracts';
import type { BehaviorDriver } from '../behavior.js';
import { isSupervisorSpec, type ChildSpec, type ChildType } from './supervisor-spec.js';

/** `restarting`: its last start failed, and another is due. */
export type ChildStatus = 'running' | 'restarting' | 'stopped';

/** One child of a supervisor, whether it runs or not. */
export class Child {
  status: ChildStatus = 'stopped';
  /** Its process, from before its `init` until it has ended. */
  ref: ProcessRef | undefined;
  /** Set while its process is being stopped. */
  ending: Promise<void> | undefined;
  /** What its behavior was at the last start. */
  driver: BehaviorDriver | undefined;

  constructor(readonly spec: ChildSpec) {}

  get type(): ChildType {
    const { type, behavior } = this.spec;
    if (type) return type;
    if (this.driver) return 'supervises' in this.driver ? 'supervisor' : 'worker';
    return isSupervisorSpec(behavior) ? 'supervisor' : 'worker';
  }
}

/** The children of one supervisor, in start order. */
export class Children {
  private readonly byId = new Map<string, Child>();
  private readonly byProcess = new Map<number, Child>();

  add(spec: ChildSpec): Child {
    const child = new Child(spec);
    this.byId.set(spec.id, child);
    return child;
  }

  remove(child: Child): void {
    this.ended(child, 'stopped');
    if (this.has(child)) this.byId.delete(child.spec.id);
  }

  has(child: Child): boolean {
    return this.byId.get(child.spec.id) === child;
  }

  get(id: string): Child | undefined {
    return this.byId.get(id);
  }

  /** The child that a process is now; undefined when it was one, or never. */
  of(process: ProcessRef): Child | undefined {
    const child = this.byProcess.get(process.id);
    return child?.ref?.equals(process) ? child : undefined;
  }

  all(): Child[] {
    return [...this.byId.values()];
  }

  /** The child has a process. */
  began(child: Child, ref: ProcessRef): void {
    child.ref = ref;
    child.ending = undefined;
    this.byProcess.set(ref.id, child);
  }

  /** The child has no process any more. */
  ended(child: Child, status: 'restarting' | 'stopped'): void {
    if (child.ref) this.byProcess.delete(child.ref.id);
    child.ref = undefined;
    child.status = status;
  }
}
