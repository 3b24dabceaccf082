import { NameTakenError, OverloadedError, type NoexError, type ProcessRef } from '@noex/contracts';
import type { NameTable } from './name-table.js';
import type { Registration } from './registration.js';

/** Claims of one node that may wait here, for an answer or for their registration; more are refused. */
const MAX_OPEN_CLAIMS = 100_000;

/** A node's wish to register a name. */
export interface NameClaim {
  readonly node: string;
  /** Tells the claims of one node apart. */
  readonly number: number;
  readonly name: string;
  /** Undefined while the process is yet to be started. */
  readonly ref: ProcessRef | undefined;
}

/**
 * Decides who gets the names that fall to this node. A name it has granted is kept for its claimant until the registration
 * arrives, the claim is cancelled, or the claimant is lost; links keep order, so no timer is needed.
 */
export class MeshArbiter {
  private readonly open = new Map<string, Map<number, NameClaim>>();
  private readonly granted = new Map<string, NameClaim>();

  constructor(
    private readonly table: NameTable,
    /**
     * Whether the process still holds the name, asked of its own node: what this node knows may be out of date, and a name must
     * not be refused for that. Once it says no, the registration is off the table.
     */
    private readonly stillHeld: (registration: Registration) => Promise<boolean>,
  ) {}

  /** Claims that are not settled. */
  get openClaims(): number {
    let count = 0;
    for (const claims of this.open.values()) count += claims.size;
    return count;
  }

  /** Undefined: it is granted. Otherwise why not. */
  async decide(claim: NameClaim): Promise<NoexError | undefined> {
    const claims = this.open.get(claim.node) ?? new Map<number, NameClaim>();
    if (claims.size >= MAX_OPEN_CLAIMS) {
      return new OverloadedError(`node "${claim.node}" has ${claims.size} claims of names under way`);
    }
    this.open.set(claim.node, claims.set(claim.number, claim));
    const refusal = await this.judge(claim);
    if (refusal) this.forget(claim);
    return refusal;
  }

  private async judge(claim: NameClaim): Promise<NoexError | undefined> {
    const { name, ref } = claim;
    for (;;) {
      const rival = this.table.rivalOf(name, ref);
      if (!rival) break;
      if (await this.stillHeld(rival)) return nameTaken(name, rival.ref);
    }
    const other = this.granted.get(name);
    if (other && other !== claim) return other.ref ? nameTaken(name, other.ref) : beingStarted(other);
    // It may have been cancelled, or its node lost, meanwhile.
    if (this.open.get(claim.node)?.get(claim.number) === claim) this.granted.set(name, claim);
    return undefined;
  }

  /** The claimant does not want the name any more. */
  cancel(node: string, number: number): void {
    const claim = this.open.get(node)?.get(number);
    if (claim) this.forget(claim);
  }

  /** The registration of a name by this node is here: its claim has done its work. */
  settle(name: string, node: string): void {
    const claim = this.granted.get(name);
    if (claim?.node === node) this.forget(claim);
  }

  dropNode(node: string): void {
    for (const claim of [...(this.open.get(node)?.values() ?? [])]) this.forget(claim);
  }

  private forget(claim: NameClaim): void {
    const { node, number, name } = claim;
    const claims = this.open.get(node);
    if (claims?.get(number) === claim) claims.delete(number);
    if (claims?.size === 0) this.open.delete(node);
    if (this.granted.get(name) === claim) this.granted.delete(name);
  }
}

export function nameTaken(name: string, ref: ProcessRef): NameTakenError {
  const holder = ref.toString();
  return new NameTakenError(`the global name "${name}" is taken by ${holder}`, { name, holder });
}

function beingStarted({ name, node }: NameClaim): NameTakenError {
  return new NameTakenError(
    `the global name "${name}" is reserved for a process that node "${node}" is starting`,
    {
      name,
      node,
    },
  );
}
