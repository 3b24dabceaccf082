import {
  PROTOCOL_VERSION,
  RefusalLog,
  silentLogger,
  type Hello,
  type PeerConnection,
  type Refusal,
} from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { Greeter } from './greeter.js';
import type { Greeting } from './greeting.js';
import { OPEN_KEY, type ClusterKey } from './keyring.js';
import { sessionOf } from './message.js';
import { greetingSubject, SealedGreetings } from './sealed-greetings.js';
import { Session } from './session.js';
import { SessionTable } from './session-table.js';
import { addressOf, presenceSubject } from './subjects.js';

/** Where all nodes of the tests' cluster say that they are there. */
export const PRESENCE = presenceSubject('shop');
export const hello = (id: string, incarnation = 1): Hello => {
  const identity = { id, incarnation, clusterName: 'shop' };
  return { ...identity, protocol: PROTOCOL_VERSION, features: [], address: addressOf(identity) };
};

/** A message on its way. */
export interface UnderWay {
  readonly from: string;
  readonly subject: string;
  readonly message: Buffer;
}

/** What nodes say to each other, which a test delivers, loses or plays again. */
export class Subjects {
  readonly clock = new VirtualClock();
  readonly underWay: UnderWay[] = [];
  readonly history: UnderWay[] = [];
  readonly nodes: Node[] = [];

  publish(from: string, subject: string, message: Uint8Array): void {
    const one = { from, subject, message: Buffer.from(message) };
    this.underWay.push(one);
    this.history.push(one);
  }

  deliver({ from, subject, message }: UnderWay): void {
    for (const node of this.nodes) if (node.hello.id !== from) node.receive(subject, message);
  }

  /** Everything arrives, but what is lost, and what that causes, until all is quiet. */
  async settle(isLost: (one: UnderWay) => boolean = () => false): Promise<void> {
    do {
      await this.clock.advance(0);
      for (const one of this.underWay.splice(0)) if (!isLost(one)) this.deliver(one);
      await this.clock.advance(0);
    } while (this.underWay.length > 0);
  }

  /** The greetings that went to one node. */
  to(id: string): UnderWay[] {
    return this.history.filter(({ subject }) => subject === greetingSubject(hello(id).address));
  }
}

/** A greeter with real sessions. */
export class Node {
  readonly hello: Hello;
  readonly events: string[] = [];
  readonly refused: Refusal[] = [];
  readonly usedKeys: string[] = [];
  readonly log: RefusalLog;
  readonly report: jest.SpyInstance;
  readonly peers: SessionTable;
  readonly greeter: Greeter;

  constructor(
    private readonly subjects: Subjects,
    id: string,
    readonly keys: readonly ClusterKey[] = [OPEN_KEY],
    incarnation = 1,
  ) {
    this.hello = hello(id, incarnation);
    this.log = new RefusalLog(silentLogger, subjects.clock);
    this.report = jest.spyOn(this.log, 'report');
    this.peers = new SessionTable(this.hello, this.hello.address);
    const { clock } = subjects;
    const courier = {
      isUp: true,
      publish: (subject: string, message: Uint8Array) => subjects.publish(id, subject, message),
      publishExpecting: (subject: string, message: Uint8Array) => subjects.publish(id, subject, message),
    };
    const host = {
      self: this.hello,
      peerUp: ({ peer }: PeerConnection) => void this.events.push(`up ${peer.id}`),
      peerDown: ({ peer }: PeerConnection, reason: string) =>
        void this.events.push(`down ${peer.id} ${reason}`),
      frame: () => {},
      writable: () => {},
      refused: (refusal: Refusal) => void this.refused.push(refusal),
    };
    this.greeter = new Greeter({
      host,
      hello: this.hello,
      courier,
      clock,
      log: this.log,
      peers: this.peers,
      reconnectMinMs: 100,
      reconnectMaxMs: 1_000,
      random: () => 0,
      keys: () => this.keys,
      credit: () => 2 ** 16,
      createSession: (from, keys, credit, admit) =>
        new Session({
          id: keys.id,
          sendKey: id < from.id ? keys.toGreater : keys.toSmaller,
          receiveKey: id < from.id ? keys.toSmaller : keys.toGreater,
          peer: { id: from.id, incarnation: from.incarnation, address: from.address },
          features: new Set(),
          credit,
          host,
          courier,
          clock,
          maxFrameBytes: 2 ** 14,
          maxQueuedBytes: 2 ** 16,
          windowBytes: () => 2 ** 16,
          admit,
          down: (session) => {
            this.peers.remove(session);
            this.greeter.settled(session);
          },
          dropped: () => {},
        }),
    });
    subjects.nodes.push(this);
  }

  receive(subject: string, message: Buffer): void {
    const { address } = this.hello;
    if (subject === PRESENCE) this.greeter.receivePresence(subject, message);
    else if (subject === greetingSubject(address)) this.greeter.receive(subject, message);
    else if (subject === `${address}.s`) this.peers.session(sessionOf(message)!)?.receive(message);
  }
}

/** The bytes that a node which holds the key would say there. */
export function sealed(key: ClusterKey, subject: string, greeting: Greeting): Buffer {
  let said: Uint8Array = Buffer.alloc(0);
  const courier = { publish: (_: string, message: Uint8Array) => void (said = message) };
  new SealedGreetings({ courier, keys: () => [key] } as never).say(subject, greeting);
  return Buffer.from(said);
}
