import { randomBytes } from 'node:crypto';
import {
  identityOf,
  type Clock,
  type Hello,
  type PeerIdentity,
  type Refusal,
  type RefusalLog,
  type TransportHost,
} from '@noex/contracts';
import { Candidates } from './candidates.js';
import { firstSeal } from './envelope.js';
import type { Greeting } from './greeting.js';
import { sessionKeys, type ClusterKey, type SessionKeys } from './keyring.js';
import { greetingSubject, SealedGreetings } from './sealed-greetings.js';
import type { Courier } from './courier.js';
import type { Session } from './session.js';
import type { SessionTable } from './session-table.js';
import { presenceSubject } from './subjects.js';

/**
 * How long the node that answered an offer waits for the first message of the session, in ms: longer than one that has just started, and
 * has hundreds of others to answer, may take to read it.
 */
const OPENING_MS = 30_000;

export interface GreeterOptions {
  readonly host: TransportHost;
  readonly hello: Hello;
  readonly courier: Courier;
  readonly clock: Clock;
  readonly reconnectMinMs: number;
  readonly reconnectMaxMs: number;
  readonly peers: SessionTable;
  readonly log: RefusalLog;
  random(): number;
  /** All that are accepted, the preferred one first. */
  keys(): readonly ClusterKey[];
  /** What a new peer may send at first. */
  credit(): number;
  createSession(
    from: Hello,
    keys: SessionKeys,
    credit: number,
    admit: (session: Session) => boolean,
  ): Session;
}

const MAX_PRESENCES = 10_000;

interface Approach {
  readonly peer: PeerIdentity;
  readonly nonce: string;
}

type Of<K extends Greeting['kind']> = Extract<Greeting, { kind: K }>;

/**
 * How two nodes come to a session. The one with the smaller name makes an offer, the other answers, and the first message of the
 * session, whose key takes a nonce of each, shows the answering side that the offer was no replay. The node with the greater name
 * knocks, so that no two offers cross.
 */
export class Greeter {
  readonly candidates: Candidates;
  private readonly greetings: SealedGreetings;
  private readonly approaches = new Map<string, Approach>();
  /** Who has said to be there, by the seal of the message. */
  private readonly presences = new Map<string, PeerIdentity>();
  /** Sessions that wait for their first message, by peer. */
  private readonly opening = new Map<string, { readonly session: Session; readonly answer: Of<'answer'> }>();

  constructor(private readonly options: GreeterOptions) {
    const { peers, host } = options;
    this.greetings = new SealedGreetings(options);
    this.candidates = new Candidates({
      ...options,
      self: host.self,
      random: () => options.random(),
      isUp: (peer) => peers.isUp(peer),
      isOver: (peer) => peers.isOver(peer),
      approach: (peer) => this.approach(peer),
      forget: ({ id }) => void this.approaches.delete(id),
    });
  }

  /** Tells all nodes of the cluster that this one is there. */
  announce(): void {
    const { hello, host } = this.options;
    this.greetings.say(presenceSubject(host.self.clusterName), { kind: 'presence', from: hello });
  }

  /** A message from outside of sessions that is for this node alone, as it came to that subject. */
  receive(subject: string, message: Uint8Array): void {
    const opened = this.greetings.open(subject, message);
    if (opened) this.take(opened.greeting, opened.keys);
  }

  /** A presence comes again and again as the same bytes: only the first time is it opened. Its seal stands for it, and for nothing else. */
  receivePresence(subject: string, message: Uint8Array): void {
    const mark = firstSeal(message);
    const known = this.presences.get(mark);
    if (known) return this.candidates.hear(known);
    const { greeting } = this.greetings.open(subject, message) ?? {};
    if (greeting?.kind !== 'presence') return;
    this.heard(greeting.from);
    if (greeting.from.id === this.options.host.self.id) return;
    if (this.presences.size >= MAX_PRESENCES) this.presences.delete(this.presences.keys().next().value!);
    this.presences.set(mark, identityOf(greeting.from));
  }

  /** A session no longer waits for its first message. */
  settled(session: Session): void {
    if (this.isOpening(session)) this.opening.delete(session.peer.id);
  }

  /** Nobody is approached any more. */
  close(): void {
    this.candidates.stop();
  }

  private take(greeting: Greeting, keys: readonly string[]): void {
    switch (greeting.kind) {
      case 'presence':
        return this.heard(greeting.from);
      case 'knock':
        return this.knocked(greeting);
      case 'offer':
        return this.offered(greeting, keys);
      case 'answer':
        return this.answered(greeting);
      case 'refuse':
        return this.refused(greeting);
    }
  }

  private heard(from: Hello): void {
    if (from.id === this.options.host.self.id) return this.heardTwin(from);
    this.candidates.hear(identityOf(from));
  }

  /** A node of our name. Where no peer is there to refuse the later life of the two, it knows by itself that it is the one too many. */
  private heardTwin(from: Hello): void {
    const { host, peers } = this.options;
    const refusal = from.incarnation === host.self.incarnation ? undefined : peers.objection(from, true);
    if (!refusal) return;
    this.report(refusal, 'us', from);
    if (peers.size === 0 && from.incarnation < host.self.incarnation) host.refused?.(refusal);
  }

  private approach(peer: PeerIdentity): void {
    const { hello, host } = this.options;
    const former = this.approaches.get(peer.id);
    // The same as before, if nothing has come of it yet: an answer that took its time is still one.
    const nonce =
      former?.peer.incarnation === peer.incarnation ? former.nonce : randomBytes(16).toString('base64url');
    const approach: Approach = { peer, nonce };
    this.approaches.set(peer.id, approach);
    const greeting: Greeting =
      host.self.id < peer.id
        ? { kind: 'offer', from: hello, nonce, credit: this.options.credit() }
        : { kind: 'knock', from: hello, nonce };
    this.greetings.sayExpecting(greetingSubject(peer.address), greeting, () => {
      if (this.approaches.get(peer.id) === approach) this.candidates.failed(peer);
    });
  }

  private knocked({ from, nonce }: Of<'knock'>): void {
    const { host, peers } = this.options;
    const refusal = peers.objection(from, true);
    if (refusal) this.refuse(refusal, from, nonce);
    // One that is asked for a sign of life may turn out to be gone.
    if ((!refusal || refusal.code === 'name_contested') && host.self.id < from.id) {
      this.candidates.hear(identityOf(from), true);
    }
  }

  private offered({ from, nonce, credit }: Of<'offer'>, keys: readonly string[]): void {
    const { host, peers, hello } = this.options;
    const refusal = peers.objection(from, false);
    if (refusal) return this.refuse(refusal, from, nonce);
    const opening = this.opening.get(from.id);
    // Made again because the answer took its time.
    if (opening?.answer.to === nonce) return this.say(from, opening.answer);
    const key = this.options.keys().find(({ id }) => keys.includes(id));
    if (!key || from.id > host.self.id) return;
    const own = randomBytes(16).toString('base64url');
    const session = this.options.createSession(from, keysOf(key, from, hello, nonce, own), credit, (opened) =>
      this.admit(opened, from),
    );
    opening?.session.cut();
    const answer: Greeting = {
      kind: 'answer',
      from: hello,
      nonce: own,
      to: nonce,
      key: key.id,
      credit: this.options.credit(),
    };
    this.opening.set(from.id, { session, answer });
    peers.open(session);
    this.options.clock.setTimeout(() => {
      if (this.isOpening(session)) session.cut();
    }, OPENING_MS);
    this.say(from, answer);
  }

  private answered({ from, nonce, to, key: keyId, credit }: Of<'answer'>): void {
    const { peers, hello, host } = this.options;
    const approach = this.approaches.get(from.id);
    const key = this.options.keys().find(({ id }) => id === keyId);
    if (approach?.nonce !== to || !key || from.id < host.self.id) return;
    const refusal = peers.objection(from, true);
    if (refusal) {
      this.refuse(refusal, from, nonce);
      return this.candidates.refused(from, refusal);
    }
    const session = this.options.createSession(from, keysOf(key, hello, from, to, nonce), credit, () => true);
    peers.open(session);
    this.admitted(session);
    session.begin();
    host.peerUp(session);
  }

  private refused({ from, to, code, message }: Of<'refuse'>): void {
    const opening = this.opening.get(from.id);
    const isApproached = this.approaches.get(from.id)?.nonce === to;
    if (!isApproached && opening?.answer.nonce !== to) return;
    const refusal: Refusal = { code, message };
    this.report(refusal, 'them', from);
    this.options.host.refused?.(refusal);
    if (isApproached) this.candidates.refused(from, refusal);
    else opening!.session.cut();
  }

  /** Called for the first message of a session that the other side has begun. */
  private admit(session: Session, from: Hello): boolean {
    if (!this.isOpening(session)) return false;
    // Another life of the peer may have come up between.
    if (this.options.peers.objection(from, false)) return false;
    this.admitted(session);
    return true;
  }

  private isOpening(session: Session): boolean {
    return this.opening.get(session.peer.id)?.session === session;
  }

  private admitted(session: Session): void {
    this.settled(session);
    this.options.peers.admit(session);
    this.candidates.up(session.peer);
  }

  private refuse(refusal: Refusal, to: Hello, nonce: string): void {
    const { code, message } = refusal;
    this.report(refusal, 'us', to);
    this.say(to, { kind: 'refuse', from: this.options.hello, to: nonce, code, message });
  }

  private report(refusal: Refusal, by: 'us' | 'them', from: Hello): void {
    this.options.log.report({ refusal, by, remote: from.address, peer: from.id });
  }

  private say(to: Hello, greeting: Greeting): void {
    this.greetings.say(greetingSubject(to.address), greeting);
  }
}

function keysOf(key: ClusterKey, smaller: Hello, greater: Hello, nonce: string, answer: string): SessionKeys {
  return sessionKeys(key, Buffer.from(`${nonce} ${answer}`), `${smaller.address} ${greater.address}`);
}
