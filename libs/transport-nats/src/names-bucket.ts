import { Kvm, type KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Clock } from '@noex/contracts';
import { readEntry, type Entry } from './arbiter-entry.js';
import type { ArbiterSettings } from './arbiter-options.js';
import { isApiError, unfitBucket } from './arbiter-server.js';
import type { ServerConnection } from './server-connection.js';

/** The revision of the key is not the expected one. Clusters of servers say it in two ways. */
const WRONG_REVISION: ReadonlySet<number> = new Set([10071, 10164]);

/** No name has it. */
const TRIAL_KEY = '=';
/** How long the server may take to make the bucket, in ms, before it is asked again. */
const PREPARE_MS = 2_000;

/** The bucket of names on the server. Each method rejects where the server does not answer by the deadline, or refuses. */
export class NamesBucket {
  private opened: { readonly client: NatsConnection; readonly store: Promise<KV> } | undefined;

  constructor(
    private readonly connection: ServerConnection,
    private readonly settings: ArbiterSettings,
    private readonly clock: Clock,
    /** How long one request may take, in ms, so that another one may follow before the deadline. */
    private readonly requestMs: number,
  ) {}

  /** Makes it, or sees whether the one there is fits. Resolves with when it was made, which tells it from others of its name. */
  prepare(): Promise<string> {
    return this.within(PREPARE_MS, this.make());
  }

  private async make(): Promise<string> {
    const { bucket, leaseMs, replicas } = this.settings;
    if (!this.connection.isUp) throw unconnected();
    // Asked of the leader of the stream alone: others may be behind.
    const options = { ttl: leaseMs, history: 1, replicas, allow_direct: false };
    const store = await new Kvm(this.connection.client).create(bucket, options);
    const status = await store.status();
    const unfit = unfitBucket(status, this.settings);
    if (unfit) throw unfit;
    await tryOut(store);
    return String(status.streamInfo.created);
  }

  /** Resolves with the new revision, or with `undefined` where the key's is not `expected`; 0: it has none. */
  put(key: string, value: string, expected: number, deadline: number): Promise<number | undefined> {
    return this.compare(deadline, (store, timeout) =>
      store.put(key, value, { previousSeq: expected, timeout }),
    );
  }

  /** Resolves with whether the key's revision was the expected one. A mark stays until it is as old as a lease. */
  async release(key: string, expected: number, deadline: number): Promise<boolean> {
    const done = await this.compare(deadline, async (store) => {
      await store.delete(key, { previousSeq: expected });
      return true;
    });
    return done ?? false;
  }

  async get(key: string, deadline: number): Promise<Entry | undefined> {
    const found = await this.ask(deadline, (store) => store.get(key));
    return found ? readEntry(found.revision, found.operation !== 'PUT', found.string()) : undefined;
  }

  private compare<T>(
    deadline: number,
    set: (store: KV, timeoutMs: number) => Promise<T>,
  ): Promise<T | undefined> {
    return unlessWrong(this.ask(deadline, set));
  }

  private async ask<T>(deadline: number, request: (store: KV, timeoutMs: number) => Promise<T>): Promise<T> {
    if (!this.connection.isUp) throw unconnected();
    const store = await this.store();
    // Asked now, and not when the request was thought of: nothing is written after the deadline.
    const timeoutMs = Math.min(this.requestMs, deadline - this.clock.now());
    if (timeoutMs <= 0) throw new Error('it did not answer in time');
    return this.within(timeoutMs, request(store, timeoutMs));
  }

  /** Without a request of its own: the bucket is known to be there. */
  private store(): Promise<KV> {
    const { client } = this.connection;
    if (this.opened?.client !== client) {
      this.opened = { client, store: new Kvm(client).open(this.settings.bucket) };
    }
    return this.opened!.store;
  }

  private async within<T>(ms: number, answer: Promise<T>): Promise<T> {
    let timer;
    const late = new Promise<never>((_, reject) => {
      timer = this.clock.setTimeout(() => reject(new Error(`no answer within ${Math.round(ms)} ms`)), ms);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      this.clock.clearTimeout(timer);
    }
  }
}

/** So that what the user may not do shows at the start, and not with the first claim. Changes nothing. */
async function tryOut(store: KV): Promise<void> {
  await store.get(TRIAL_KEY);
  await unlessWrong(store.put(TRIAL_KEY, '', { previousSeq: Number.MAX_SAFE_INTEGER }));
}

/** `undefined` where the key has another revision. */
async function unlessWrong<T>(set: Promise<T>): Promise<T | undefined> {
  try {
    return await set;
  } catch (error) {
    if (isApiError(error as Error) && WRONG_REVISION.has((error as { code?: number }).code!))
      return undefined;
    throw error;
  }
}

function unconnected(): Error {
  return new Error('there is no connection to NATS');
}
