import {
  answeredError,
  NameClaimTimeoutError,
  NameTakenError,
  type Clock,
  type ProcessRef,
} from '@noex/contracts';
import type { Members } from '../membership/members.js';
import type { Peer } from '../remote/peer.js';
import { readErrorData } from '../wire/exit-reason.codec.js';
import { FrameKind } from '../wire/frame-kind.js';
import { chooseArbiter } from './arbiter-choice.js';
import type { MeshArbiter } from './mesh-arbiter.js';
import type { NameGrant, NameGrants } from './name-grants.js';
import { MAX_TIMER_MS, type NameRequests } from './name-requests.js';

/** A claim, and whom it was made of. */
interface Grant {
  readonly name: string;
  readonly number: number;
  /** Undefined: this node is the arbiter itself. */
  readonly arbiter: Peer | undefined;
}

export interface ClaimantParts {
  /** This node's name. */
  readonly self: string;
  readonly clock: Clock;
  readonly members: Members;
  readonly arbiter: MeshArbiter;
  readonly requests: NameRequests;
  /** Peers whose names this node has, by their id: only those decide about names. */
  readonly synced: ReadonlySet<string>;
}

/** Asks for names: whoever is the arbiter, and again when the arbiter is lost or membership makes it another node. */
export class Claimant implements NameGrants {
  constructor(private readonly parts: ClaimantParts) {}

  async claim(name: string, ref: ProcessRef | undefined, deadline: number): Promise<NameGrant> {
    for (;;) {
      const number = this.parts.requests.nextNumber();
      const grant: Grant = { name, number, arbiter: this.arbiterOf(name) };
      const leftMs = deadline - this.parts.clock.now();
      const refusal = leftMs > 0 ? await this.ask(grant, ref, leftMs) : 'timeout';
      if (refusal === undefined) return this.granted(grant);
      this.release(grant);
      if (refusal === 'timeout') throw tooLate(name);
      if (refusal instanceof Error) throw refusal;
      // The arbiter is lost: the one that is now is asked.
    }
  }

  private granted(grant: Grant): NameGrant {
    const { name, arbiter } = grant;
    return {
      name,
      lease: undefined,
      isCurrent: () => this.arbiterOf(name) === arbiter,
      bind: () => {},
      release: () => this.release(grant),
    };
  }

  private release({ number, arbiter }: Grant): void {
    if (arbiter) arbiter.control((writer) => writer.numbered(FrameKind.NameCancel, number));
    else this.parts.arbiter.cancel(this.parts.self, number);
  }

  private arbiterOf(name: string): Peer | undefined {
    const { self, members, synced } = this.parts;
    const chosen = chooseArbiter(name, [self, ...synced]);
    return chosen === undefined || chosen === self ? undefined : members.get(chosen);
  }

  private async ask(
    grant: Grant,
    ref: ProcessRef | undefined,
    leftMs: number,
  ): Promise<Error | 'lost' | 'timeout' | undefined> {
    const { requests } = this.parts;
    const { name, number, arbiter } = grant;
    if (!arbiter) return this.askSelf(grant, ref, leftMs);
    const request = { op: 'claim', name, ...(ref ? { process: ref.id } : {}) } as const;
    const answer = await requests.ask(arbiter, request, leftMs, number);
    if (typeof answer === 'string') return answer;
    if (answer.yes) return undefined;
    const error = readErrorData(answer.error);
    return answeredError(error) ?? new NameTakenError(error.message, { name, error });
  }

  private askSelf(
    { name, number }: Grant,
    ref: ProcessRef | undefined,
    leftMs: number,
  ): Promise<Error | 'timeout' | undefined> {
    const { clock, arbiter, self } = this.parts;
    return new Promise((resolve) => {
      const timer = clock.setTimeout(() => resolve('timeout'), Math.min(leftMs, MAX_TIMER_MS));
      void arbiter.decide({ node: self, number, name, ref }).then((refusal) => {
        clock.clearTimeout(timer);
        resolve(refusal);
      });
    });
  }
}

export function tooLate(name: string): NameClaimTimeoutError {
  return new NameClaimTimeoutError(
    `who may have the global name "${name}" was not decided in time; it is not registered`,
    { name },
  );
}
