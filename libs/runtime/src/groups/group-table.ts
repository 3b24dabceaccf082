import type { ProcessRef } from '@noex/contracts';

interface Member {
  readonly ref: ProcessRef;
  /** How often it joined. */
  count: number;
}

/** Who is in which group, and how often. Knows nothing of lives and nodes: those who hold it keep it true. */
export class GroupTable {
  private readonly byGroup = new Map<string, Map<string, Member>>();
  /** Groups of each process, so that its end costs what it joined and no more. */
  private readonly byProcess = new Map<string, Set<string>>();

  add(group: string, ref: ProcessRef): void {
    const key = ref.toString();
    const members = entry(this.byGroup, group, () => new Map<string, Member>());
    entry(members, key, () => ({ ref, count: 0 })).count++;
    entry(this.byProcess, key, () => new Set<string>()).add(group);
  }

  /** Takes off one of its memberships; false when it has none in this group. */
  remove(group: string, ref: ProcessRef): boolean {
    const member = this.byGroup.get(group)?.get(ref.toString());
    if (!member) return false;
    if (--member.count === 0) this.forget(group, ref.toString());
    return true;
  }

  /** Takes off all memberships of a process; what they were. */
  removeAll(ref: ProcessRef): { group: string; count: number }[] {
    const key = ref.toString();
    return [...(this.byProcess.get(key) ?? [])].map((group) => {
      const { count } = this.byGroup.get(group)!.get(key)!;
      this.forget(group, key);
      return { group, count };
    });
  }

  /** In the order of the first joins; a process that joined several times is there as often. */
  members(group: string): ProcessRef[] {
    const members = [...(this.byGroup.get(group)?.values() ?? [])];
    return members.flatMap(({ ref, count }) => new Array<ProcessRef>(count).fill(ref));
  }

  /** Groups that have a member. */
  groups(): string[] {
    return [...this.byGroup.keys()];
  }

  /** Whether it is in any group. */
  has(ref: ProcessRef): boolean {
    return this.byProcess.has(ref.toString());
  }

  private forget(group: string, key: string): void {
    const members = this.byGroup.get(group)!;
    members.delete(key);
    if (members.size === 0) this.byGroup.delete(group);
    const groups = this.byProcess.get(key)!;
    groups.delete(group);
    if (groups.size === 0) this.byProcess.delete(key);
  }
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
