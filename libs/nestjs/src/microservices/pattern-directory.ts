import type { ProcessRef } from '@noex/contracts';
import type { Cluster } from '@noex/cluster';
import { readGroupName, routeKey } from './pattern-groups.js';
import { RouteTable } from './route-table.js';

/** What the groups of all nodes say of who serves which pattern. */
export class PatternDirectory {
  private readonly table = new RouteTable();
  private readonly forget: () => void;

  constructor(private readonly cluster: Pick<Cluster, 'groups' | 'members'>) {
    this.forget = cluster.groups.onAnyChange(({ group }) => this.read(group));
    for (const group of cluster.groups.groups()) this.read(group);
  }

  /** Who may answer a request, in the order in which to ask them. */
  servers(route: string): ProcessRef[] {
    return this.stayingFirst(this.table.servers(routeKey(route)));
  }

  /** For each service group who may take an event, in the order in which to try them. */
  subscribers(route: string): ProcessRef[][] {
    return this.table.subscribers(routeKey(route)).map((members) => this.stayingFirst(members));
  }

  close(): void {
    this.forget();
  }

  private read(group: string): void {
    const pattern = readGroupName(group);
    if (pattern) this.table.set(pattern, this.cluster.groups.members(group));
  }

  /** Nodes that leave refuse what is new: they are the last to be asked. */
  private stayingFirst(members: ProcessRef[]): ProcessRef[] {
    const isLeaving = ({ node }: ProcessRef) => this.cluster.members.get(node)?.draining === true;
    if (!members.some(isLeaving)) return members;
    return [...members.filter((ref) => !isLeaving(ref)), ...members.filter(isLeaving)];
  }
}
