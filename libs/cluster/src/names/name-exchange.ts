import { OverloadedError, ProcessRef, toErrorData, type PeerIdentity } from '@noex/contracts';
import type { LocalNode } from '@noex/runtime';
import type { Members } from '../membership/members.js';
import type { Peer } from '../remote/peer.js';
import { FrameKind } from '../wire/frame-kind.js';
import { ProtocolError, type FrameReader } from '../wire/frame-reader.js';
import type { MeshArbiter } from './mesh-arbiter.js';
import type { LamportClock } from './lamport-clock.js';
import type { NameRequests } from './name-requests.js';
import type { NameTable } from './name-table.js';
import { inMessages, readNameAnswer, readNameEntries, readNameRequest, readPairs } from './name-wire.js';
import type { NameEntry, NameRequest, OnLost } from './name-wire.js';
import type { OwnNames } from './own-names.js';
import type { Registration } from './registration.js';

/** Requests of one peer that may be under way here; more are refused. */
const MAX_SERVED = 100_000;

export interface NameExchangeParts {
  readonly node: LocalNode;
  readonly members: Members;
  readonly time: LamportClock;
  readonly table: NameTable;
  readonly own: OwnNames;
  readonly arbiter: MeshArbiter;
  readonly requests: NameRequests;
  readonly synced: Set<string>;
  register(
    name: string,
    ref: ProcessRef,
    options: { readonly onConflict: OnLost; readonly timeoutMs: number },
  ): Promise<void>;
}

/** What nodes tell and ask each other about names. */
export class NameExchange {
  private readonly serving = new WeakMap<Peer, number>();

  constructor(private readonly parts: NameExchangeParts) {
    parts.members.nodeUp.add((identity) => this.nodeUp(identity));
    parts.members.nodeDown.add((id) => this.nodeDown(id));
  }

  added(registration: Registration): void {
    const { members, arbiter, node } = this.parts;
    arbiter.settle(registration.name, node.id);
    const entries = [entryOf(registration)];
    for (const peer of members.values()) peer.control((writer) => writer.plain(FrameKind.NameAdd, entries));
  }

  removed(name: string, ref: ProcessRef): void {
    const entries = [[name, ref.id]];
    for (const peer of this.parts.members.values()) {
      peer.control((writer) => writer.plain(FrameKind.NameRemove, entries));
    }
  }

  private nodeUp({ id }: PeerIdentity): void {
    const peer = this.parts.members.get(id);
    const entries = [...this.parts.own.values()].map(entryOf);
    for (const part of inMessages(entries)) {
      peer?.control((writer) => writer.plain(FrameKind.NameAdd, part));
    }
    peer?.control((writer) => writer.plain(FrameKind.NameSynced));
  }

  private nodeDown(id: string): void {
    const { table, arbiter, requests, synced } = this.parts;
    synced.delete(id);
    table.dropNode(id);
    arbiter.dropNode(id);
    requests.lost(id);
  }

  /** Throws ProtocolError. */
  receive(peer: Peer, kind: number, reader: FrameReader): void {
    const { id, incarnation } = peer.identity;
    const { members, table, arbiter, requests, synced, time } = this.parts;
    if (members.get(id) !== peer) throw new ProtocolError('names of a node that has not announced itself');
    switch (kind) {
      case FrameKind.NameAdd:
        for (const [name, process, epoch] of readNameEntries(reader.payload())) {
          this.learned({ name, ref: new ProcessRef(id, incarnation, process), epoch });
        }
        return;
      case FrameKind.NameRemove:
        for (const [name, process] of readPairs(reader.payload())) {
          table.remove(name, new ProcessRef(id, incarnation, process));
        }
        return;
      case FrameKind.NameSynced:
        return void synced.add(id);
      case FrameKind.NameRequest:
        return this.serve(peer, reader.u32(), readNameRequest(reader.payload()));
      case FrameKind.NameReply: {
        const number = reader.u32();
        const answer = readNameAnswer(reader.payload());
        time.heard(answer.epoch);
        return requests.answered(peer, number, answer);
      }
      case FrameKind.NameCancel:
        return arbiter.cancel(id, reader.u32());
    }
  }

  private learned(registration: Registration): void {
    const { table, arbiter, own, time } = this.parts;
    time.heard(registration.epoch);
    table.add(registration);
    arbiter.settle(registration.name, registration.ref.node);
    own.contest(registration.name);
  }

  private serve(peer: Peer, number: number, request: NameRequest): void {
    const { id, incarnation } = peer.identity;
    const served = this.serving.get(peer) ?? 0;
    if (served >= MAX_SERVED) {
      const error = new OverloadedError(`${served} requests of node "${id}" about names are under way`);
      return this.reply(peer, number, false, error);
    }
    const outcome = this.carryOut(id, incarnation, number, request);
    if (typeof outcome === 'boolean') return this.reply(peer, number, outcome);
    this.serving.set(peer, served + 1);
    void outcome
      .then(
        (refusal) => this.reply(peer, number, refusal === undefined, refusal),
        (error: unknown) => this.reply(peer, number, false, error),
      )
      .then(() => this.serving.set(peer, this.serving.get(peer)! - 1));
  }

  /** Yes or no, or a promise of why not. */
  private carryOut(
    id: string,
    incarnation: number,
    number: number,
    request: NameRequest,
  ): boolean | Promise<unknown> {
    const { arbiter, own, node, register } = this.parts;
    const { name } = request;
    const theirs = (process: number) => new ProcessRef(id, incarnation, process);
    const ours = (process: number) => new ProcessRef(node.id, node.incarnation, process);
    switch (request.op) {
      case 'claim': {
        const ref = request.process === undefined ? undefined : theirs(request.process);
        return arbiter.decide({ node: id, number, name, ref });
      }
      case 'confirm': {
        const { process, epoch, rival, rivalEpoch } = request;
        const loser = rival === undefined ? undefined : { name, ref: theirs(rival), epoch: rivalEpoch! };
        return own.confirmHeld({ name, ref: ours(process), epoch }, loser);
      }
      case 'register':
        return register(name, ours(request.process), request);
      case 'unregister':
        return own.release(name, ours(request.process));
    }
  }

  private reply(peer: Peer, number: number, yes: boolean, error?: unknown): void {
    const answer = {
      yes,
      epoch: this.parts.time.now,
      ...(error === undefined ? {} : { error: toErrorData(error) }),
    };
    peer.control((writer) => writer.numberedControl(FrameKind.NameReply, number, answer));
  }
}

function entryOf({ name, ref, epoch }: Registration): NameEntry {
  return [name, ref.id, epoch];
}
