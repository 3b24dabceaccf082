import type { ProcessRef } from '@noex/contracts';
import { compareRegistrations, type Registration } from './registration.js';

/**
 * Every registration this node knows of, by name and by node. Nodes that could not hear of each other may have given one name
 * twice: until that is settled the name means the registration that the rule keeps.
 */
export class NameTable {
  /** In the order of the rule; hardly ever more than one. */
  private readonly byName = new Map<string, Registration[]>();
  private readonly byNode = new Map<string, Map<string, Registration>>();

  /** `changed` is called for each name that means another process than before, or nobody. */
  constructor(
    private readonly changed: (name: string, ref: ProcessRef | undefined) => void,
    /** The rule: negative where its first argument keeps the name. */
    private readonly compare: (a: Registration, b: Registration) => number = compareRegistrations,
  ) {}

  get size(): number {
    return this.byName.size;
  }

  names(): string[] {
    return [...this.byName.keys()];
  }

  find(name: string): Registration | undefined {
    return this.byName.get(name)?.[0];
  }

  /** The registration that stands against `ref` holding the name; several only while a conflict is being settled. */
  rivalOf(name: string, ref: ProcessRef | undefined): Registration | undefined {
    return this.byName.get(name)?.find((registration) => !ref || !registration.ref.equals(ref));
  }

  /** Registrations of one node. */
  of(node: string): Registration[] {
    return [...(this.byNode.get(node)?.values() ?? [])];
  }

  /** A node gives a name to one process only: an earlier registration of the name by the same node is replaced. */
  add(registration: Registration): void {
    const { name, ref } = registration;
    const before = this.find(name);
    const ofNode = this.byNode.get(ref.node) ?? new Map<string, Registration>();
    const replaced = ofNode.get(name);
    const others = (this.byName.get(name) ?? []).filter((other) => other !== replaced);
    this.byName.set(name, [...others, registration].sort(this.compare));
    ofNode.set(name, registration);
    this.byNode.set(ref.node, ofNode);
    this.tell(name, before);
  }

  /** False when this process does not hold the name. */
  remove(name: string, ref: ProcessRef): boolean {
    const ofNode = this.byNode.get(ref.node);
    const registration = ofNode?.get(name);
    if (!registration?.ref.equals(ref)) return false;
    ofNode!.delete(name);
    if (ofNode!.size === 0) this.byNode.delete(ref.node);
    this.take(registration);
    return true;
  }

  /** Removes this registration, unless its node has given the name anew meanwhile. */
  drop(registration: Registration): void {
    const { name, ref } = registration;
    if (this.byNode.get(ref.node)?.get(name) === registration) this.remove(name, ref);
  }

  /** The node is lost: so are all of its names. */
  dropNode(node: string): void {
    const lost = this.of(node);
    this.byNode.delete(node);
    for (const registration of lost) this.take(registration);
  }

  private take(registration: Registration): void {
    const { name } = registration;
    const before = this.find(name);
    const others = this.byName.get(name)!.filter((other) => other !== registration);
    if (others.length > 0) this.byName.set(name, others);
    else this.byName.delete(name);
    this.tell(name, before);
  }

  private tell(name: string, before: Registration | undefined): void {
    const after = this.find(name);
    if (before?.ref !== after?.ref && !(before && after?.ref.equals(before.ref))) {
      this.changed(name, after?.ref);
    }
  }
}
