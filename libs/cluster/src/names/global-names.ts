import { InvalidMessageError, ProcessNotFoundError, type Arbiter, type ProcessRef } from '@noex/contracts';
import { requireTimeLimit, type LocalNode } from '@noex/runtime';
import { Listeners } from '../listeners.js';
import type { Members } from '../membership/members.js';
import type { Quorum } from '../membership/quorum.js';
import type { Peer } from '../remote/peer.js';
import type { FrameReader } from '../wire/frame-reader.js';
import { MeshArbiter, nameTaken } from './mesh-arbiter.js';
import { Claimant, tooLate } from './claimant.js';
import { LamportClock } from './lamport-clock.js';
import { LeaseKeeper } from './lease-keeper.js';
import { NameExchange } from './name-exchange.js';
import type { NameGrant, NameGrants } from './name-grants.js';
import { NameInquiries, notFound } from './name-inquiries.js';
import { MAX_TIMER_MS, NameRequests } from './name-requests.js';
import { NameTable } from './name-table.js';
import { requireName } from './name-wire.js';
import { OwnNames, type NameConflict, type OnConflict } from './own-names.js';
import { compareLeases, compareRegistrations, type Registration } from './registration.js';

/** Long enough that a hung node is found out first and another one decides. */
const DEFAULT_REGISTER_TIMEOUT_MS = 10_000;

/** How a global name is taken. */
export interface RegisterOptions {
  /**
   * What becomes of the process if it turns out, when a partition heals, that another one has the name, or if its lease of the
   * name is over. Default `stop`. A function only for a process of this node.
   */
  readonly onConflict?: OnConflict;
  /** How long to wait for the decision, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
}

type NameListener = (ref: ProcessRef | undefined) => void;

/**
 * START HERE. Names that are unique in the cluster (OTP manual, kernel `global`;
 * https://www.erlang.org/doc/apps/kernel/global.html).
 *
 * The node of a process owns its registrations and tells every peer, so that looking a name up costs no message. Who gets a
 * name is decided by one node, picked by a hash of the name, so that among nodes that all see each other no name is ever
 * held twice (`Claimant`). Nodes that do not see each other may each give it away; when they meet, the node of the later
 * registration (`compareRegistrations`) gives it up. With an arbiter that one decides (`LeaseKeeper`), and nobody holds a name for
 * longer than its lease.
 */
export class GlobalNames {
  /** Two processes had one name; emitted once on the node of each of the two. */
  readonly conflict: Listeners<[conflict: NameConflict]>;
  private readonly time = new LamportClock();
  private readonly synced = new Set<string>();
  private readonly changed: Listeners<[name: string, ref: ProcessRef | undefined]>;
  private readonly table: NameTable;
  /** Names that are being registered here, and for whom. */
  private readonly registering = new Map<
    string,
    { readonly ref: ProcessRef; readonly done: Promise<void> }
  >();
  private readonly requests: NameRequests;
  private readonly own: OwnNames;
  private readonly inquiries: NameInquiries;
  private readonly grants: NameGrants;
  private readonly leases: LeaseKeeper | undefined;
  private readonly exchange: NameExchange;

  constructor(
    private readonly node: LocalNode,
    private readonly members: Members,
    private readonly quorum: Quorum,
    /** Decides about names; without one the nodes do among themselves. */
    arbiter?: Arbiter,
    random: () => number = Math.random,
  ) {
    const { clock, logger } = node;
    this.conflict = new Listeners('name_conflict', logger);
    this.changed = new Listeners('name_change', logger);
    this.table = new NameTable(
      (name, ref) => this.changed.emit(name, ref),
      arbiter ? compareLeases : compareRegistrations,
    );
    const { table, time, synced } = this;
    this.requests = new NameRequests(clock);
    const { requests } = this;
    const stands = (held: Registration) => this.own.stands(held);
    this.inquiries = new NameInquiries({ self: node.id, members, table, requests, stands });
    this.own = new OwnNames({
      node,
      table,
      conflict: this.conflict,
      added: (registration) => this.exchange.added(registration),
      removed: (name, ref) => this.exchange.removed(name, ref),
      release: (lease) => this.leases?.release(lease),
      confirm: (rival, loser) => this.inquiries.confirm(rival, loser),
    });
    const lost = this.own.leaseLost.bind(this.own);
    this.leases = arbiter && new LeaseKeeper({ node, arbiter, table, random, lost });
    const mesh = new MeshArbiter(table, async (held) => (await this.inquiries.confirm(held)) !== 'gone');
    this.grants =
      this.leases ?? new Claimant({ self: node.id, clock, members, arbiter: mesh, requests, synced });
    const register = this.register.bind(this);
    this.exchange = new NameExchange({
      node,
      members,
      time,
      table,
      own: this.own,
      arbiter: mesh,
      requests,
      synced,
      register,
    });
  }

  /** The process that has the name, as far as this node knows; a read of its memory. Never one of a node that is down. */
  whereis(name: string): ProcessRef | undefined {
    const found = this.table.find(name);
    if (found?.ref.node !== this.node.id) return found?.ref;
    // Its lease may be over since.
    this.own.get(name);
    return this.table.find(name)?.ref;
  }

  /** Every name that is taken, as far as this node knows. */
  names(): string[] {
    return this.table.names();
  }

  /** Nodes that are up and whose names have not all arrived yet. */
  get unsynced(): string[] {
    return [...this.members.values()].map(({ identity }) => identity.id).filter((id) => !this.synced.has(id));
  }

  /** Calls the listener with whom the name means from now on, or undefined, at each change. Returns the function that ends this. */
  onChange(name: string, listener: NameListener): () => void {
    return this.changed.add((changed, ref) => {
      if (changed === name) listener(ref);
    });
  }

  /**
   * Gives the name to a process of any node, until the process ends or `unregister`; the same process may ask again. When it
   * resolves, this node and the process' own know it, the others are being told.
   *
   * Rejects with NameTakenError, NoQuorumError, NameClaimTimeoutError, ProcessNotFoundError, NodeUnreachableError,
   * InvalidMessageError: then it is not registered. With NodeDownError or CallTimeoutError, which only a process of another node
   * can bring about, it may be.
   */
  async register(name: string, ref: ProcessRef, options: RegisterOptions = {}): Promise<void> {
    const { onConflict = 'stop', timeoutMs = DEFAULT_REGISTER_TIMEOUT_MS } = options;
    requireName(name);
    requireTimeLimit(timeoutMs, 'registration');
    if (ref.node !== this.node.id) return this.registerThere(name, ref, onConflict, timeoutMs);
    this.requireAlive(ref);
    const under = this.registering.get(name);
    if (under?.ref.equals(ref)) await under.done.catch(() => {});
    if (this.own.get(name)?.ref.equals(ref)) return this.own.renew(name, onConflict);
    this.quorum.require(`the global name "${name}"`);
    const done = this.claim(name, ref, onConflict, timeoutMs);
    const entry = { ref, done };
    this.registering.set(name, entry);
    try {
      await done;
    } finally {
      if (this.registering.get(name) === entry) this.registering.delete(name);
    }
  }

  private async claim(
    name: string,
    ref: ProcessRef,
    onConflict: OnConflict,
    timeoutMs: number,
  ): Promise<void> {
    const deadline = this.node.clock.now() + timeoutMs;
    const grant = await this.grants.claim(name, ref, deadline);
    await this.hold(grant, ref, onConflict, deadline);
  }

  /**
   * Starts a process that is the only one of its name: the name is reserved before `start` is called (with the time that is
   * left, and what is to be told of the process before its `init`) and registered once it has started. When either fails nothing
   * is left; `undone` is called before a process that did start is killed for that. `timeoutMs` is for all of it together.
   */
  async spawn(
    name: string,
    timeoutMs: number,
    start: (timeoutMs: number, onSpawn: (ref: ProcessRef) => void) => Promise<ProcessRef>,
    undone: () => void,
  ): Promise<ProcessRef> {
    const { clock } = this.node;
    requireName(name);
    requireTimeLimit(timeoutMs, 'spawn');
    this.quorum.require(`a process of the global name "${name}"`);
    const deadline = clock.now() + timeoutMs;
    const grant = await this.grants.claim(name, undefined, deadline);
    let ref: ProcessRef;
    try {
      ref = await start(Math.max(1, deadline - clock.now()), grant.bind);
    } catch (error) {
      grant.release();
      throw error;
    }
    try {
      await this.hold(grant, ref, 'stop', deadline);
    } catch (error) {
      // It did start, and has ended already.
      if (error instanceof ProcessNotFoundError) return ref;
      undone();
      this.node.exit(ref, 'kill');
      throw error;
    }
    return ref;
  }

  /** Turns a grant into a registration, once more asking whoever decides now. */
  private async hold(
    granted: NameGrant,
    ref: ProcessRef,
    onConflict: OnConflict,
    deadline: number,
  ): Promise<void> {
    const { name } = granted;
    let grant = granted;
    try {
      for (;;) {
        this.requireAlive(ref);
        this.quorum.require(`the global name "${name}"`);
        if (!grant.isCurrent()) {
          grant.release();
          grant = await this.grants.claim(name, ref, deadline);
          continue;
        }
        // One who has a lease has no rival: every other has lost its own.
        const rival = grant.lease ? undefined : this.table.rivalOf(name, ref);
        if (!rival) break;
        if ((await this.inquiries.confirm(rival)) !== 'gone') throw nameTaken(name, rival.ref);
        if (this.node.clock.now() >= deadline) throw tooLate(name);
      }
    } catch (error) {
      grant.release();
      throw error;
    }
    grant.bind(ref);
    this.own.hold({ name, ref, epoch: grant.lease?.epoch ?? this.time.tick() }, onConflict, grant.lease);
  }

  private async registerThere(
    name: string,
    ref: ProcessRef,
    onConflict: OnConflict,
    timeoutMs: number,
  ): Promise<void> {
    if (typeof onConflict === 'function') {
      throw new InvalidMessageError(
        `a function for conflicts cannot be sent: register "${name}" on node "${ref.node}", where the process lives`,
        { name, process: ref.toString() },
      );
    }
    const limitMs = Math.min(Math.ceil(timeoutMs), MAX_TIMER_MS);
    await this.inquiries.request(
      ref,
      { op: 'register', name, process: ref.id, onConflict, timeoutMs: limitMs },
      limitMs,
    );
  }

  /**
   * Takes the name from whoever has it; false when this node knows of nobody. Rejects with NodeDownError or CallTimeoutError when
   * the node of the process does not answer.
   */
  async unregister(name: string): Promise<boolean> {
    const ref = this.whereis(name);
    if (!ref) return false;
    if (ref.node === this.node.id) return this.own.release(name, ref);
    return this.inquiries.request(
      ref,
      { op: 'unregister', name, process: ref.id },
      DEFAULT_REGISTER_TIMEOUT_MS,
    );
  }

  private requireAlive(ref: ProcessRef): void {
    if (!this.node.isAlive(ref)) throw notFound(ref);
  }

  /** What a peer says about names. Throws ProtocolError. */
  receive(peer: Peer, kind: number, reader: FrameReader): void {
    this.exchange.receive(peer, kind, reader);
  }

  /** Before the first name; undefined without an arbiter. Rejects with ClusterStartError where it does not start. */
  start(): Promise<void> | undefined {
    return this.leases?.start();
  }

  /** This node has left: nobody waits for an answer any more. Resolves when the arbiter knows, or was given up. */
  async close(): Promise<void> {
    this.requests.close();
    await this.leases?.close();
  }
}
