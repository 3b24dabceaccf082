import {
  answeredError,
  CallTimeoutError,
  NodeDownError,
  NodeUnreachableError,
  ProcessNotFoundError,
  type ProcessRef,
} from '@noex/contracts';
import type { Members } from '../membership/members.js';
import { readErrorData } from '../wire/exit-reason.codec.js';
import type { NameRequests } from './name-requests.js';
import type { NameTable } from './name-table.js';
import { isCount, type NameRequest } from './name-wire.js';
import type { Registration } from './registration.js';

/** How long a node may take to say whether one of its processes still holds a name. */
const CONFIRM_MS = 5_000;

/** `unknown`: its node did not answer in time. */
export type Confirmation = 'held' | 'gone' | 'unknown';

export interface NameInquiriesParts {
  /** This node's name. */
  readonly self: string;
  readonly members: Members;
  readonly table: NameTable;
  readonly requests: NameRequests;
  /** Whether a registration of this node stands. */
  stands(registration: Registration): boolean;
}

/** Asks the node of a process about its names: that node alone knows. */
export class NameInquiries {
  constructor(private readonly parts: NameInquiriesParts) {}

  /**
   * Whether a registration still stands; when not, it is off the table. `loser`, of this node, gives the name up if it does: the
   * other side is told so.
   */
  async confirm(held: Registration, loser?: Registration): Promise<Confirmation> {
    const { self, members, table, requests, stands } = this.parts;
    const { name, ref, epoch } = held;
    if (ref.node === self) return stands(held) ? 'held' : 'gone';
    const peer = members.get(ref.node);
    const rival = loser ? { rival: loser.ref.id, rivalEpoch: loser.epoch } : {};
    const answer =
      peer?.identity.incarnation === ref.incarnation
        ? await requests.ask(peer, { op: 'confirm', name, process: ref.id, epoch, ...rival }, CONFIRM_MS)
        : 'lost';
    if (answer === 'timeout') return 'unknown';
    if (answer !== 'lost' && answer.yes) return 'held';
    table.drop(held);
    return 'gone';
  }

  /** Yes or no. Rejects with what the node answers, NodeUnreachableError, NodeDownError, CallTimeoutError. */
  async request(ref: ProcessRef, request: NameRequest, timeoutMs: number): Promise<boolean> {
    const peer = this.parts.members.get(ref.node);
    const about = { name: request.name, process: ref.toString() };
    if (!peer) throw new NodeUnreachableError(`node "${ref.node}" is not connected`, about);
    if (peer.identity.incarnation !== ref.incarnation || !isCount(ref.id)) throw notFound(ref);
    const answer = await this.parts.requests.ask(peer, request, timeoutMs);
    if (answer === 'lost') {
      throw new NodeDownError(`node "${ref.node}" went down before it answered for "${request.name}"`, about);
    }
    if (answer === 'timeout') {
      throw new CallTimeoutError(
        `node "${ref.node}" did not answer for "${request.name}" within ${timeoutMs} ms`,
        about,
      );
    }
    if (answer.error === undefined) return answer.yes;
    const error = readErrorData(answer.error);
    throw answeredError(error) ?? new NodeDownError(error.message, { ...about, error });
  }
}

export function notFound(ref: ProcessRef): ProcessNotFoundError {
  return new ProcessNotFoundError(`there is no process ${ref.toString()}`, { process: ref.toString() });
}
