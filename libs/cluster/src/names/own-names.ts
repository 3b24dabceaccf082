import type { ProcessRef } from '@noex/contracts';
import type { LocalNode, Monitor } from '@noex/runtime';
import type { Listeners } from '../listeners.js';
import type { Confirmation } from './name-inquiries.js';
import type { NameLease } from './name-lease.js';
import type { NameTable } from './name-table.js';
import type { OnLost } from './name-wire.js';
import type { Registration } from './registration.js';

/** Two processes had one name. */
export interface NameConflict {
  readonly name: string;
  readonly kept: ProcessRef;
  readonly lost: ProcessRef;
}

/** The lease of a name is over, whoever has the name now. */
export interface NameLoss {
  readonly name: string;
  readonly kept?: undefined;
  readonly lost: ProcessRef;
}

/**
 * What becomes of a process that loses its name to another one, or with its lease:
 *
 * - `stop`: it ends with the reason `{ shutdown: { nameConflict: name, kept } }`, or `{ shutdown: { nameLost: name } }` with its lease
 * - `demote`: it lives on without the name, and gets the info message `name_lost` with `{ name, kept }`, or `{ name }` with its lease
 * - a function decides between the two, on the node of the loser, once; one that throws means `stop`
 */
export type OnConflict = OnLost | ((conflict: NameConflict | NameLoss) => OnLost);

interface OwnName extends Registration {
  onConflict: OnConflict;
  readonly monitor: Monitor;
  readonly lease: NameLease | undefined;
  /** A rival is being asked whether it still holds the name. */
  contested: boolean;
  /** Registrations that lost the name to this one, so that each is told of once. */
  readonly beaten: Set<string>;
}

export interface OwnNamesParts {
  readonly node: LocalNode;
  readonly table: NameTable;
  readonly conflict: Listeners<[conflict: NameConflict]>;
  /** Tells the peers. */
  added(registration: Registration): void;
  removed(name: string, ref: ProcessRef): void;
  /** The name is free: its lease is not needed any more. */
  release(lease: NameLease): void;
  /** Asks the node of a rival whether it still holds the name; if so, `loser` has to give it up. */
  confirm(rival: Registration, loser: Registration): Promise<Confirmation>;
}

/** The names of this node's processes: this node alone says whether they are held. */
export class OwnNames {
  private readonly held = new Map<string, OwnName>();

  constructor(private readonly parts: OwnNamesParts) {}

  get(name: string): Registration | undefined {
    this.held.get(name)?.lease?.check();
    return this.held.get(name);
  }

  stands({ name, ref, epoch }: Registration): boolean {
    const own = this.held.get(name);
    return own !== undefined && own.epoch === epoch && own.ref.equals(ref);
  }

  values(): IterableIterator<Registration> {
    return this.held.values();
  }

  /** The process lives, and nobody else here has the name, or only one whose lease is over. */
  hold(registration: Registration, onConflict: OnConflict, lease?: NameLease): void {
    const { node, table, added } = this.parts;
    const { name, ref } = registration;
    this.held.get(name)?.lease?.lose('outranked');
    const monitor = node.monitor(ref, () => this.release(name, ref));
    this.held.set(name, { ...registration, onConflict, monitor, lease, contested: false, beaten: new Set() });
    table.add(registration);
    added(registration);
  }

  /** The same process registers the name again. */
  renew(name: string, onConflict: OnConflict): void {
    this.held.get(name)!.onConflict = onConflict;
  }

  /** False when this process does not hold the name. */
  release(name: string, ref: ProcessRef): boolean {
    const own = this.held.get(name);
    if (!own?.ref.equals(ref)) return false;
    own.monitor.cancel();
    this.held.delete(name);
    this.parts.table.remove(name, ref);
    this.parts.removed(name, ref);
    if (own.lease) this.parts.release(own.lease);
    return true;
  }

  /** Another node's registration has come: where the rule is for it, this node gives the name up. */
  contest(name: string): void {
    const own = this.held.get(name);
    const first = this.parts.table.find(name);
    if (!own || !first || own.contested || first.ref.equals(own.ref)) return;
    if (own.lease) return own.lease.lose('outranked');
    own.contested = true;
    void this.settle(own, first);
  }

  private async settle(own: OwnName, rival: Registration): Promise<void> {
    // What this node knows of the rival may be out of date, and nobody shall lose a name to one that is gone.
    const confirmation = await this.parts.confirm(rival, own);
    own.contested = false;
    if (this.held.get(own.name) !== own) return;
    if (confirmation === 'held') this.lose(own, { name: own.name, kept: rival.ref, lost: own.ref });
    else this.contest(own.name);
  }

  private lose(own: OwnName, conflict: NameConflict): void {
    const { node } = this.parts;
    const { name, kept, lost } = conflict;
    this.release(name, lost);
    const fate = this.fateOf(own, conflict);
    this.report(conflict, `process ${lost.toString()} of this node gives it up (${fate})`);
    if (fate === 'demote') node.send(lost, 'name_lost', { name, kept });
    else node.exit(lost, { shutdown: { nameConflict: name, kept: kept.toString() } });
  }

  /** The lease is over: who acts on it gives the name up. Gives what becomes of that. */
  leaseLost(lease: NameLease): OnLost {
    const { node } = this.parts;
    const { name, ref } = lease;
    const own = this.held.get(name);
    const isHeld = own?.lease === lease;
    if (isHeld) this.release(name, own.ref);
    const fate = isHeld ? this.fateOf(own, { name, lost: own.ref }) : 'stop';
    if (ref && fate === 'demote') node.send(ref, 'name_lost', { name });
    else if (ref) node.exit(ref, { shutdown: { nameLost: name } });
    return fate;
  }

  private fateOf({ onConflict }: OwnName, conflict: NameConflict | NameLoss): OnLost {
    if (typeof onConflict === 'string') return onConflict;
    try {
      return onConflict(conflict) === 'demote' ? 'demote' : 'stop';
    } catch (error) {
      this.parts.node.logger.error(`the conflict resolver of the global name "${conflict.name}" threw`, {
        event: 'name_resolver_failed',
        name: conflict.name,
        error,
      });
      return 'stop';
    }
  }

  /** Whether the process holds the name in this very registration; `rival` then loses it. */
  confirmHeld(registration: Registration, rival: Registration | undefined): boolean {
    if (!this.stands(registration)) return false;
    const { name, ref } = registration;
    const own = this.held.get(name)!;
    const beaten = rival && `${rival.ref.toString()} ${rival.epoch}`;
    if (beaten && !own.beaten.has(beaten)) {
      own.beaten.add(beaten);
      const conflict = { name, kept: ref, lost: rival.ref };
      this.report(conflict, `process ${ref.toString()} of this node keeps it`);
    }
    return true;
  }

  private report(conflict: NameConflict, what: string): void {
    const { name, kept, lost } = conflict;
    this.parts.node.logger.warn(`two processes had the global name "${name}": ${what}`, {
      event: 'name_conflict',
      name,
      kept: kept.toString(),
      lost: lost.toString(),
    });
    this.parts.conflict.emit(conflict);
  }
}
