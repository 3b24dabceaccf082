import type { Logger, ProcessRef } from '@noex/contracts';
import type { DownListener, Monitor } from '../monitor.js';
import { GroupTable } from './group-table.js';

/** What process groups need of the node whose processes they hold. */
export interface GroupHost {
  readonly logger: Logger;
  isAlive(ref: ProcessRef): boolean;
  monitor(target: ProcessRef, down: DownListener): Monitor;
}

/** Processes that came to a group or left it, in one step. */
export interface GroupChange {
  readonly kind: 'joined' | 'left';
  readonly group: string;
  /** One entry for each membership that came or went. */
  readonly refs: readonly ProcessRef[];
}

/** Called after each change. */
export type GroupListener = (change: GroupChange) => void;

/**
 * Named groups of processes of one node, one instance for each node (OTP manual, kernel `pg`;
 * https://www.erlang.org/doc/apps/kernel/pg.html). A group exists while it has a member. A process may join a group several
 * times and must leave it as often; its end takes it out of all groups, before any process handles the news of it.
 */
export class ProcessGroups {
  private readonly table = new GroupTable();
  private readonly monitors = new Map<string, Monitor>();
  private readonly listeners = new Set<{
    readonly group: string | undefined;
    readonly tell: GroupListener;
  }>();
  private readonly news: GroupChange[] = [];
  private telling = false;

  constructor(private readonly host: GroupHost) {}

  /** False, and nothing happens, when no such process lives on this node. */
  join(group: string, ref: ProcessRef): boolean {
    if (!this.host.isAlive(ref)) {
      this.host.logger.debug(
        `process ${ref.toString()} cannot join group "${group}": it does not live here`,
        {
          event: 'group_join_refused',
          group,
          process: ref.toString(),
        },
      );
      return false;
    }
    if (!this.table.has(ref)) {
      this.monitors.set(
        ref.toString(),
        this.host.monitor(ref, () => this.ended(ref)),
      );
    }
    this.table.add(group, ref);
    this.changed({ kind: 'joined', group, refs: [ref] });
    return true;
  }

  /** Takes one membership back; false when it has none in this group. */
  leave(group: string, ref: ProcessRef): boolean {
    if (!this.table.remove(group, ref)) return false;
    if (!this.table.has(ref)) {
      this.monitors.get(ref.toString())?.cancel();
      this.monitors.delete(ref.toString());
    }
    this.changed({ kind: 'left', group, refs: [ref] });
    return true;
  }

  /** In the order of the first joins; a process that joined several times is there as often. Empty for an unknown group. */
  members(group: string): ProcessRef[] {
    return this.table.members(group);
  }

  /** Groups that have a member. */
  groups(): string[] {
    return this.table.groups();
  }

  /**
   * Calls the listener after each change of the group, in the order of the changes; `members` is then at least as new as the
   * change. Returns the function that takes the listener off.
   */
  onChange(group: string, listener: GroupListener): () => void {
    return this.listen(group, listener);
  }

  /** As `onChange`, for all groups (pg's `monitor_scope`). */
  onAnyChange(listener: GroupListener): () => void {
    return this.listen(undefined, listener);
  }

  private listen(group: string | undefined, tell: GroupListener): () => void {
    const entry = { group, tell };
    this.listeners.add(entry);
    return () => this.listeners.delete(entry);
  }

  private ended(ref: ProcessRef): void {
    this.monitors.delete(ref.toString());
    for (const { group, count } of this.table.removeAll(ref)) {
      this.changed({ kind: 'left', group, refs: new Array<ProcessRef>(count).fill(ref) });
    }
  }

  /** A listener may change groups itself: that news waits, so that all listeners hear all news in one order. */
  private changed(change: GroupChange): void {
    this.news.push(change);
    if (this.telling) return;
    this.telling = true;
    for (let next = this.news.shift(); next; next = this.news.shift()) {
      for (const listener of [...this.listeners]) {
        // One that an earlier listener took off hears nothing more.
        if (!this.listeners.has(listener)) continue;
        if (listener.group === undefined || listener.group === next.group) this.tell(listener.tell, next);
      }
    }
    this.telling = false;
  }

  private tell(listener: GroupListener, change: GroupChange): void {
    try {
      listener(change);
    } catch (error) {
      this.host.logger.error(`a listener of group "${change.group}" threw`, {
        event: 'listener_failed',
        listener: 'groupChange',
        group: change.group,
        error,
      });
    }
  }
}
