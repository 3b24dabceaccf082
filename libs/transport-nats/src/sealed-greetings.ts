import type { Clock, Hello, Refusal, RefusalLog, TransportHost } from '@noex/contracts';
import { open, seal } from './envelope.js';
import { decodeGreeting, encodeGreeting, type Greeting } from './greeting.js';
import type { ClusterKey } from './keyring.js';
import type { Courier } from './courier.js';

/** How often at most a node answers those whose presence it cannot verify, in ms: whoever floods it gets no flood back. */
export const ANSWER_EVERY_MS = 1_000;

export interface SealedGreetingsOptions {
  readonly host: TransportHost;
  readonly hello: Hello;
  readonly courier: Pick<Courier, 'publish' | 'publishExpecting'>;
  readonly clock: Clock;
  readonly log: RefusalLog;
  /** The peers that are up. */
  readonly peers: { readonly size: number };
  /** All that are accepted, the preferred one first. */
  keys(): readonly ClusterKey[];
}

export interface OpenedGreeting {
  readonly greeting: Greeting;
  /** The secrets of the sender that are held here, by their keys' ids. */
  readonly keys: readonly string[];
}

/** Greetings on their way: sealed with the cluster's secrets when they leave, and believed only if one of them fits when they come. */
export class SealedGreetings {
  private answeredAt = -Infinity;

  constructor(private readonly options: SealedGreetingsOptions) {}

  say(subject: string, greeting: Greeting): void {
    this.options.courier.publish(subject, this.seal(subject, greeting));
  }

  /** Calls `bounced` where nobody reads the subject now. */
  sayExpecting(subject: string, greeting: Greeting, bounced: () => void): void {
    this.options.courier.publishExpecting(subject, this.seal(subject, greeting), bounced);
  }

  /** `undefined`, and counted, for what nobody of the cluster has said. */
  open(subject: string, message: Uint8Array): OpenedGreeting | undefined {
    const { keys, log } = this.options;
    const opened = open(keys(), subject, message);
    if (opened.kind === 'unreadable') return void log.counts.add('not_noex');
    const greeting = decodeGreeting(opened.body);
    if (!greeting) return void log.counts.add(opened.kind === 'open' ? 'not_noex' : 'wrong_secret');
    if (opened.kind === 'open') return { greeting, keys: opened.keys };
    this.unverified(greeting.from);
    // So that a node that has just come hears at once that it is not alone. Never in answer to an answer.
    if (greeting.kind === 'presence' && subject !== greetingSubject(this.options.hello.address)) {
      this.answer(greeting.from);
    }
    return undefined;
  }

  /**
   * A node with another secret, or somebody who pretends to be one. Neither side can prove to the other which of them has the wrong one:
   * who has a peer is not shut out, whatever others say; who has none, and hears only those, may be.
   */
  private unverified({ id, address }: Hello): void {
    const { host, log, peers } = this.options;
    const refusal: Refusal = {
      code: 'wrong_secret',
      message: `who calls itself node "${id}" does not hold this cluster's secret; set the same CLUSTER_SECRET on both`,
    };
    log.report({ refusal, by: 'us', remote: address, peer: id });
    if (peers.size === 0) host.refused?.(refusal);
  }

  private answer(to: Hello): void {
    const { clock, hello } = this.options;
    const now = clock.now();
    if (now - this.answeredAt < ANSWER_EVERY_MS) return;
    this.answeredAt = now;
    this.say(greetingSubject(to.address), { kind: 'presence', from: hello });
  }

  private seal(subject: string, greeting: Greeting): Buffer {
    return seal(this.options.keys(), subject, encodeGreeting(greeting));
  }
}

/** Where a node hears greetings that are for it alone. */
export function greetingSubject(address: string): string {
  return `${address}.h`;
}
