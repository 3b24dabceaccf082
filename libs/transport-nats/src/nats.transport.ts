// START HERE: what the transport is made of and how its parts meet. Why it is made so: docs/adr/0007-sessions-over-nats.md
import {
  ClusterStartError,
  identityOf,
  RefusalLog,
  type DropCounter,
  type Hello,
  type NodeDownReason,
  type PeerIdentity,
  type TimerHandle,
  type Transport,
  type TransportHost,
} from '@noex/contracts';
import { ClusterKeys } from './cluster-keys.js';
import { isEnvelope } from './envelope.js';
import { Greeter } from './greeter.js';
import type { SessionKeys } from './keyring.js';
import { FRAME_HEAD_BYTES, HEAD_BYTES, sessionOf } from './message.js';
import { resolveOptions, type NatsSettings, type NatsTransportOptions } from './options.js';
import { greetingSubject } from './sealed-greetings.js';
import { MAX_BATCH_BYTES } from './send-queue.js';
import { ServerLink, type Inbound } from './server-link.js';
import { Session } from './session.js';
import { SessionTable } from './session-table.js';
import { addressOf, ownerOf, presenceSubject } from './subjects.js';

/**
 * The cluster over NATS: peers find each other by presence, and each pair has a session of numbered and sealed messages that outlives a
 * restart of the server.
 * @throws InvalidOptionsError listing every bad option.
 */
export function nats(options: NatsTransportOptions = {}): Transport {
  return new NatsTransport(resolveOptions(options));
}

/** What all peers together may have under way to this node: half of what a server keeps for one client (`max_pending`, 64 MiB). */
const INBOUND_BYTES = 32 * 2 ** 20;
/** How often sessions look for messages that nobody has acknowledged, in ms. */
const LOOK_MS = 1_000;

/** What exists while the transport runs. */
interface Running {
  readonly host: TransportHost;
  readonly address: string;
  readonly link: ServerLink;
  readonly peers: SessionTable;
  readonly greeter: Greeter;
}

class NatsTransport implements Transport {
  readonly maxFrameBytes: number;
  readonly discovers = true;
  private readonly log: RefusalLog;
  private readonly keys: ClusterKeys;
  private isStarted = false;
  private link: ServerLink | undefined;
  private running: Running | undefined;
  private closing: Promise<void> | undefined;
  private lookTimer: TimerHandle | undefined;
  private presenceTimer: TimerHandle | undefined;

  constructor(private readonly settings: NatsSettings) {
    this.maxFrameBytes = settings.maxFrameBytes;
    this.log = new RefusalLog(settings.logger, settings.clock);
    this.keys = new ClusterKeys({ ...settings, exposed: !settings.isLocal });
  }

  get refusals(): DropCounter {
    return this.log.counts;
  }

  async start(host: TransportHost): Promise<string> {
    if (this.isStarted) throw new ClusterStartError('a transport starts once; create another one');
    this.isStarted = true;
    this.failIfClosed();
    await this.keys.start();
    this.failIfClosed();
    const running = this.assemble(host);
    await running.link.start();
    this.failIfClosed();
    this.running = running;
    if (this.settings.secrets.length === 0 && !this.settings.isLocal) this.warnOfNoSecret();
    running.greeter.announce();
    this.schedulePresence();
    this.scheduleLook();
    return running.address;
  }

  learn(peers: readonly PeerIdentity[]): void {
    if (this.closing || !this.running) return;
    const { candidates } = this.running.greeter;
    for (const peer of peers) {
      // Most of what one hears of others is known.
      if (candidates.knows(peer)) continue;
      const owner = ownerOf(peer.address);
      if (owner?.id === peer.id && owner.incarnation === peer.incarnation) candidates.hear(peer);
    }
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    const { clock } = this.settings;
    this.keys.stop();
    clock.clearTimeout(this.lookTimer);
    clock.clearTimeout(this.presenceTimer);
    this.running?.greeter.close();
    const sessions = this.running?.peers.all() ?? [];
    for (const session of sessions) session.silence();
    await Promise.all(sessions.map(({ gone }) => gone));
    await this.link?.close();
  }

  private failIfClosed(): void {
    if (this.closing) throw new ClusterStartError('the transport was closed before it had started');
  }

  private assemble(host: TransportHost): Running {
    const { settings, log } = this;
    const address = addressOf(host.self);
    const link = (this.link = new ServerLink({
      ...settings,
      name: `noex ${host.self.clusterName} ${host.self.id}`,
      address,
      presence: presenceSubject(host.self.clusterName),
      maxMessageBytes: HEAD_BYTES + Math.max(MAX_BATCH_BYTES, FRAME_HEAD_BYTES + settings.maxFrameBytes),
      message: (subject, message) => this.receive(subject, message),
      reconnected: () => this.reconnected(),
      warn: (key, line, fields) => log.warn(key, line, fields),
    }));
    const peers = new SessionTable(host.self, address);
    const greeter = new Greeter({
      ...settings,
      host,
      hello: { ...host.self, address, features: host.self.features ?? [] },
      courier: link,
      peers,
      log,
      keys: () => this.keys.current(),
      credit: () => this.windowBytes(),
      createSession: (from, keys, credit, admit) => this.createSession(from, keys, credit, admit),
    });
    return { host, address, link, peers, greeter };
  }

  private createSession(
    from: Hello,
    keys: SessionKeys,
    credit: number,
    admit: (session: Session) => boolean,
  ): Session {
    const { host, link } = this.running!;
    const isSmaller = host.self.id < from.id;
    return new Session({
      ...this.settings,
      id: keys.id,
      sendKey: isSmaller ? keys.toGreater : keys.toSmaller,
      receiveKey: isSmaller ? keys.toSmaller : keys.toGreater,
      peer: identityOf(from),
      features: new Set(from.features),
      credit,
      host,
      courier: link,
      windowBytes: () => this.windowBytes(),
      admit: (session) => !this.closing && admit(session),
      down: (session, reason) => this.down(session, reason),
      dropped: (reason, session) => this.dropped(reason, session),
    });
  }

  /** What one peer may send ahead: an equal part of the whole, and at least what one message takes. */
  private windowBytes(): number {
    const most = Math.floor(INBOUND_BYTES / Math.max(1, this.running?.peers.size ?? 0));
    return Math.max(this.settings.maxFrameBytes + FRAME_HEAD_BYTES + HEAD_BYTES, Math.min(most, 2 ** 20));
  }

  private receive(subject: Inbound, message: Uint8Array): void {
    const { running } = this;
    // Without it the transport has not heard yet that its start has succeeded: whoever wants something tries again.
    if (!running) return;
    if (subject === 'presence' || isEnvelope(message)) {
      if (this.closing) return;
      if (subject === 'own') return running.greeter.receive(greetingSubject(running.address), message);
      return running.greeter.receivePresence(presenceSubject(running.host.self.clusterName), message);
    }
    const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
    const id = sessionOf(bytes);
    const session = id === undefined ? undefined : running.peers.session(id);
    if (session) session.receive(bytes);
    else this.log.counts.add('unknown_session');
  }

  private down(session: Session, reason: NodeDownReason): void {
    const { peers, greeter } = this.running!;
    const wasUp = peers.isCurrent(session);
    peers.remove(session);
    greeter.settled(session);
    if (wasUp) greeter.candidates.down(session.peer, reason);
  }

  private dropped(reason: string, { peer }: Session): void {
    this.log.counts.add(reason);
    if (reason === 'repeated' || reason === 'ahead') return;
    const subject = `${reason} ${peer.id}`;
    if (reason === 'forged') {
      this.log.warn(
        subject,
        `somebody sends messages in the name of node "${peer.id}" without the cluster's secret; they are ignored. Permissions of the NATS server keep others from this cluster's subjects`,
        { event: 'message_forged', peer: peer.id },
      );
    } else {
      this.log.warn(
        subject,
        `node "${peer.id}" sent a message that is not made of frames; its session is closed`,
        { event: 'protocol_error', peer: peer.id },
      );
    }
  }

  private reconnected(): void {
    if (!this.running || this.closing) return;
    const { peers, greeter } = this.running;
    for (const session of peers.all()) session.reconnected();
    greeter.announce();
    greeter.candidates.retryAll();
  }

  private scheduleLook(): void {
    this.lookTimer = this.settings.clock.setTimeout(() => {
      for (const session of this.running!.peers.all()) session.look();
      this.scheduleLook();
    }, LOOK_MS);
  }

  private schedulePresence(): void {
    const { clock, presenceMs, random } = this.settings;
    this.presenceTimer = clock.setTimeout(
      () => {
        this.running!.greeter.announce();
        this.schedulePresence();
      },
      presenceMs * (0.8 + 0.4 * random()),
    );
  }

  private warnOfNoSecret(): void {
    this.settings.logger.warn(
      'on a NATS server without a secret: whoever may publish there controls the cluster; set CLUSTER_SECRET',
      { event: 'insecure_listener' },
    );
  }
}
