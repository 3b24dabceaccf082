import type { ExitReason, ProcessRef } from '@noex/contracts';
import {
  DEFAULT_SHUTDOWN_MS,
  NO_HANDLER,
  type BehaviorDriver,
  type Headers,
  type LocalNode,
  type ProcessCell,
  type ProcessDown,
} from '@noex/runtime';
import { within } from './patience.js';

/** How long a probe waits when it is not told, in milliseconds of the machine: nothing that a test awaits takes longer. */
const PATIENCE_MS = 1_000;

/** A message as a probe got it. */
export interface ProbeMessage {
  readonly kind: 'call' | 'cast' | 'info' | 'down';
  /** `down` for the news of a monitored process, `EXIT` for that of a linked one. */
  readonly name: string;
  readonly payload: unknown;
  readonly from: ProcessRef | undefined;
  readonly headers: Headers;
}

/** A node, or whatever has one: a `Cluster`, a node of a test cluster. */
export type ProbeHost =
  LocalNode | { readonly node: LocalNode } | { readonly cluster: { readonly node: LocalNode } };

type Answer = (payload: unknown, message: ProbeMessage) => unknown;

/** A process that takes every message and keeps it, in the place of one that a test wants to look at. */
export class ProcessProbe {
  /** Everything that came, in order. */
  readonly received: ProbeMessage[] = [];
  private readonly answers = new Map<string, Answer>();
  private readonly taken = new Set<ProbeMessage>();
  private readonly waiting = new Set<() => void>();
  private own: ProcessRef | undefined;

  private constructor(private readonly node: LocalNode) {}

  /** Starts a probe; `name` registers it on its node. Rejects as a spawn does. */
  static async start(host: ProbeHost, name?: string): Promise<ProcessProbe> {
    const probe = new ProcessProbe(nodeOf(host));
    probe.own = await probe.node.spawn(probe.driver(), name === undefined ? {} : { name });
    return probe;
  }

  get ref(): ProcessRef {
    return this.own!;
  }

  /**
   * What calls of this name get from now on: a value, or what a function makes of the payload. The function may return a promise,
   * meanwhile the probe takes other messages. A call without an answer is kept too; its caller gets InvalidMessageError.
   */
  answer<Payload>(name: string, reply: (payload: Payload, message: ProbeMessage) => unknown): this;
  answer(name: string, reply: unknown): this;
  answer(name: string, reply: unknown): this {
    this.answers.set(name, typeof reply === 'function' ? (reply as Answer) : () => reply);
    return this;
  }

  /**
   * The first message (of this name) that no `receive` has given before; waits for it. Rejects with an error that lists what did
   * come when there is none within `withinMs` of the machine's time (default 1000).
   */
  receive(name?: string, withinMs = PATIENCE_MS): Promise<ProbeMessage> {
    let look = () => {};
    const message = new Promise<ProbeMessage>((resolve) => {
      look = () => {
        const next = this.received.find((m) => !this.taken.has(m) && (name === undefined || m.name === name));
        if (!next) return;
        this.taken.add(next);
        this.waiting.delete(look);
        resolve(next);
      };
      this.waiting.add(look);
      look();
    });
    const what = name === undefined ? 'no further message' : `no further "${name}"`;
    return within(withinMs, message, () => {
      this.waiting.delete(look);
      return `${what} came to probe ${this.ref.toString()} within ${withinMs} ms; it got ${this.describe()}`;
    });
  }

  /** Why the process ended: waits for its end. Rejects when it still lives after `withinMs` of the machine's time (default 1000). */
  async down(target: ProcessRef, withinMs = PATIENCE_MS): Promise<ExitReason> {
    let cancel = () => {};
    const reason = new Promise<ExitReason>((resolve) => {
      const monitor = this.node.messenger.monitor(target, resolve);
      cancel = () => monitor.cancel();
    });
    try {
      return await within(
        withinMs,
        reason,
        () => `process ${target.toString()} has not ended within ${withinMs} ms`,
      );
    } finally {
      cancel();
    }
  }

  /** Ends the probe: what is sent to it afterwards meets nobody. */
  stop(): void {
    this.node.exit(this.ref, 'kill');
  }

  private record(message: ProbeMessage): void {
    this.received.push(message);
    for (const look of [...this.waiting]) look();
  }

  private describe(): string {
    if (this.received.length === 0) return 'nothing';
    return this.received.map((m) => `${m.kind} "${m.name}"${this.taken.has(m) ? ' (taken)' : ''}`).join(', ');
  }

  private driver(): BehaviorDriver {
    const keep = (kind: ProbeMessage['kind']) => (cell: ProcessCell, name: string, payload: unknown) => {
      const { from, headers } = cell.context;
      const message = { kind, name, payload, from, headers };
      this.record(message);
      return message;
    };
    const [call, cast, info, down] = [keep('call'), keep('cast'), keep('info'), keep('down')];
    return {
      name: 'probe',
      crashOnCallError: false,
      shutdownMs: DEFAULT_SHUTDOWN_MS,
      followed: true,
      // It outlives those it is linked to, and tells of their end.
      init: (cell) => cell.context.trapExits(true),
      call: (cell, name, payload) => this.reply(cell, call(cell, name, payload)),
      cast: (cell, name, payload) => void cast(cell, name, payload),
      info: (cell, name, payload) => void info(cell, name, payload),
      down: (cell, news: ProcessDown) => void down(cell, 'down', news),
      terminate: undefined,
    };
  }

  private reply(cell: ProcessCell, message: ProbeMessage): unknown {
    const answer = this.answers.get(message.name);
    if (!answer) return NO_HANDLER;
    const reply = answer(message.payload, message);
    if (!(reply instanceof Promise)) return reply;
    const later = cell.context.deferReply();
    reply.then(later.ok, later.fail);
    return undefined;
  }
}

/** Starts a process that records what it gets; `name` registers it on its node. */
export const createProbe = (host: ProbeHost, name?: string): Promise<ProcessProbe> =>
  ProcessProbe.start(host, name);

function nodeOf(host: ProbeHost): LocalNode {
  if ('cluster' in host) return host.cluster.node;
  return 'node' in host ? host.node : host;
}
