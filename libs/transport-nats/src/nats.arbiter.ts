import { randomUUID } from 'node:crypto';
import {
  ClusterStartError,
  RefusalLog,
  systemClock,
  type Arbiter,
  type ArbiterHost,
  type Clock,
  type Lease,
  type Logger,
  type Taken,
} from '@noex/contracts';
import { claimedValue, renewedValue, type Entry } from './arbiter-entry.js';
import { keyOf } from './arbiter-keys.js';
import { resolveArbiterOptions, type ArbiterSettings, type NatsArbiterOptions } from './arbiter-options.js';
import { bucketFailure, isApiError, isDenied, permissionAdvice, unfitForArbiter } from './arbiter-server.js';
import { NamesBucket } from './names-bucket.js';
import { ServerConnection } from './server-connection.js';
import { serverComplaint } from './server-errors.js';
import { clusterSubject } from './subjects.js';

/** How much of a lease a method may take: less than a third, so that what is late by its timers is not late. */
const ANSWER_PART = 0.3;
/** Requests that find no answer may follow each other so often before a method gives up. */
const REQUESTS = 3;
const RETRY_MS = 50;
const START_RETRY_MS = 250;

/**
 * Unique names by compare-and-set in a bucket of NATS, with a connection of its own, beside whichever transport. The epoch of a lease is
 * the revision of its claim; all revisions of a bucket are one sequence, which outlives restarts of the server. A lease ends by the
 * bucket's TTL, which the server counts from when it has stored a claim or renewal: after that began, so never too early for its holder.
 * @throws InvalidOptionsError listing every bad option.
 */
export function natsArbiter(options: NatsArbiterOptions): Arbiter {
  return new NatsArbiter(resolveArbiterOptions(options));
}

class NatsArbiter implements Arbiter {
  readonly leaseMs: number;
  private clock: Clock = systemClock;
  private connection: ServerConnection | undefined;
  private bucket: NamesBucket | undefined;
  private isClosed = false;
  private createdAt: string | undefined;
  /** Of the entries of leases, as far as known here. */
  private readonly revisions = new WeakMap<Lease, number>();

  constructor(private readonly settings: ArbiterSettings) {
    this.leaseMs = settings.leaseMs;
  }

  /** From its start on it tells buckets of one name on different servers apart. */
  get id(): string {
    const { bucket, leaseMs } = this.settings;
    return `NATS bucket ${bucket}${this.createdAt ? ` of ${this.createdAt}` : ''}, lease ${leaseMs} ms`;
  }

  async start(host: ArbiterHost): Promise<void> {
    if (this.connection) throw new ClusterStartError('an arbiter starts once; create another one');
    const { settings } = this;
    const { clock } = host;
    const deadline = clock.now() + settings.connectTimeoutMs;
    this.clock = clock;
    this.connection = this.connectionFor(host);
    this.bucket = new NamesBucket(this.connection, settings, clock, this.answerMs / REQUESTS);
    this.failIfClosed();
    await this.connection.start();
    try {
      this.createdAt = await this.prepared(this.bucket, deadline);
      this.failIfClosed();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  claim(name: string, holder: string): Promise<Lease | Taken> {
    // Tells this claim from all others, so that it is known again where its answer was lost.
    const claim = randomUUID();
    return this.settled((bucket, deadline) => this.tryClaim(bucket, deadline, name, holder, claim));
  }

  renew(lease: Lease): Promise<boolean> {
    return this.settled((bucket, deadline) => this.tryRenew(bucket, deadline, lease));
  }

  async release(lease: Lease): Promise<void> {
    await this.settled((bucket, deadline) => this.tryRelease(bucket, deadline, lease));
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.connection?.close();
  }

  private async tryClaim(
    bucket: NamesBucket,
    deadline: number,
    name: string,
    holder: string,
    claim: string,
  ): Promise<Lease | Taken | undefined> {
    const [key, value] = [keyOf(name), claimedValue(holder, claim)];
    const created = await bucket.put(key, value, 0, deadline);
    if (created !== undefined) return { name, holder, epoch: created };
    const entry = await bucket.get(key, deadline);
    // It ended this very moment.
    if (!entry) return undefined;
    if (entry.claim === claim) return { name, holder, epoch: entry.epoch };
    if (!entry.isReleased) return { taken: { holder: entry.holder, epoch: entry.epoch } };
    const replaced = await bucket.put(key, value, entry.revision, deadline);
    return replaced === undefined ? undefined : { name, holder, epoch: replaced };
  }

  private async tryRenew(bucket: NamesBucket, deadline: number, lease: Lease): Promise<boolean | undefined> {
    const [key, value, known] = [keyOf(lease.name), renewedValue(lease), this.revisionOf(lease)];
    const renewed = await bucket.put(key, value, known, deadline);
    if (renewed !== undefined) return this.noteRevision(lease, renewed);
    // Another's by now; or still ours, by a renewal whose answer was lost.
    const entry = await bucket.get(key, deadline);
    if (!isOf(lease, entry)) return false;
    const again = await bucket.put(key, value, entry.revision, deadline);
    return again === undefined ? undefined : this.noteRevision(lease, again);
  }

  private async tryRelease(bucket: NamesBucket, deadline: number, lease: Lease): Promise<true | undefined> {
    const key = keyOf(lease.name);
    if (await bucket.release(key, this.revisionOf(lease), deadline)) return true;
    const entry = await bucket.get(key, deadline);
    if (!isOf(lease, entry)) return true;
    return (await bucket.release(key, entry.revision, deadline)) || undefined;
  }

  private revisionOf(lease: Lease): number {
    return this.revisions.get(lease) ?? lease.epoch;
  }

  private noteRevision(lease: Lease, revision: number): true {
    this.revisions.set(lease, revision);
    return true;
  }

  private get answerMs(): number {
    return this.leaseMs * ANSWER_PART;
  }

  /** Tries until there is an answer, as long as it may; `undefined` is none. A try may repeat what one before has done. */
  private async settled<T>(
    attempt: (bucket: NamesBucket, deadline: number) => Promise<T | undefined>,
  ): Promise<T> {
    const { clock, bucket, answerMs } = this;
    if (!bucket || this.createdAt === undefined) throw new Error('the arbiter has not started');
    const deadline = clock.now() + answerMs;
    for (;;) {
      let trouble = new Error('the name changes hands');
      try {
        const answer = await attempt(bucket, deadline);
        if (answer !== undefined) return answer;
      } catch (error) {
        trouble = error as Error;
      }
      if (this.isClosed) throw new Error('the arbiter is closed', { cause: trouble });
      if (clock.now() + RETRY_MS >= deadline) throw this.unanswered(trouble);
      await this.wait(RETRY_MS);
    }
  }

  private unanswered(cause: Error): Error {
    const { bucket } = this.settings;
    return new Error(`no answer from the arbiter (bucket "${bucket}" of NATS): ${cause.message}`, { cause });
  }

  private connectionFor({ node, clock, logger }: ArbiterHost): ServerConnection {
    const { server, clusterName, replicas, bucket, connectTimeoutMs } = this.settings;
    const log = new RefusalLog(logger, clock);
    const subject = `${clusterSubject(clusterName)}.arbiter`;
    return new ServerConnection({
      server,
      name: `noex ${clusterName} ${node} arbiter`,
      purpose: 'arbiter',
      // Among the subjects of its cluster, so that nothing else has to be allowed, and no other tenant hears the answers.
      inboxPrefix: subject,
      connectTimeoutMs,
      clock,
      logger: prefixed(logger, 'arbiter: '),
      unfit: (info) => unfitForArbiter(info, replicas),
      opened: (connection) => connection.flush(),
      reconnected: () => {},
      complaint: (error) => {
        if (!isDenied(error)) return serverComplaint(server, subject, error);
        const message = `the NATS server says: ${error.message}; ${permissionAdvice(bucket)}`;
        return { key: `arbiter ${error.message}`, message };
      },
      warn: (key, line, fields) => log.warn(key, line, fields),
    });
  }

  /** A cluster of servers that has just started takes a while until it has a leader. */
  private async prepared(bucket: NamesBucket, deadline: number): Promise<string> {
    for (let tries = 1; ; tries++) {
      try {
        return await bucket.prepare();
      } catch (error) {
        if (error instanceof ClusterStartError) throw error;
        const isLast = this.isClosed || this.clock.now() + START_RETRY_MS >= deadline;
        if (isLast || this.isFinal(error as Error, tries)) throw bucketFailure(this.settings, error as Error);
        await this.wait(START_RETRY_MS);
      }
    }
  }

  /** Waiting does not help. It does where another node is just making the bucket: the server may then refuse once what it takes a moment later. */
  private isFinal(error: Error, tries: number): boolean {
    if (isDenied(error)) return true;
    const { cluster, jetstream } = this.connection?.info ?? {};
    if (cluster) return false;
    return !jetstream || (tries > 1 && (isApiError(error) || isApiError(error.cause as Error)));
  }

  private failIfClosed(): void {
    if (this.isClosed) throw new ClusterStartError('the arbiter was closed before it had started');
  }

  private wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.setTimeout(resolve, ms));
  }
}

function isOf({ epoch }: Lease, entry: Entry | undefined): entry is Entry {
  return entry !== undefined && !entry.isReleased && entry.epoch === epoch;
}

function prefixed(logger: Logger, prefix: string): Logger {
  const { debug, info, warn, error } = logger;
  return {
    debug: (message, fields) => debug.call(logger, prefix + message, fields),
    info: (message, fields) => info.call(logger, prefix + message, fields),
    warn: (message, fields) => warn.call(logger, prefix + message, fields),
    error: (message, fields) => error.call(logger, prefix + message, fields),
  };
}
