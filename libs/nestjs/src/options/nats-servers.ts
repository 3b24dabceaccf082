import { inspect } from 'node:util';
import type { NatsSchema } from './nats-options.schema.js';

/** What the transport `nats` is given. */
export interface NatsConnection {
  readonly servers: readonly string[];
  readonly credsFile?: string;
  readonly nkeySeedFile?: string;
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
}

/** The NATS servers and who this node is to them, kept where neither `JSON.stringify` nor `util.inspect` finds a password. */
export class NatsServers {
  readonly #connection: NatsConnection;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
    Object.freeze(this);
  }

  /** With users and passwords. Do not log it. */
  reveal(): NatsConnection {
    return this.#connection;
  }

  /** The servers without their users. */
  toJSON(): string[] {
    return this.#connection.servers.map((server) => server.replace(/[^/@]*@/, ''));
  }

  [inspect.custom](): string[] {
    return this.toJSON();
  }
}

/** The checked values in the shape that the transport takes. */
export function natsServersOf(checked: NatsSchema): NatsServers {
  const tls = given({
    caFile: checked['nats.tls.caFile'],
    certFile: checked['nats.tls.certFile'],
    keyFile: checked['nats.tls.keyFile'],
  });
  const hasTls = checked['nats.tls'] !== undefined || Object.keys(tls).length > 0;
  return new NatsServers({
    servers: [...checked['nats.servers']],
    ...given({ credsFile: checked['nats.credsFile'], nkeySeedFile: checked['nats.nkeySeedFile'] }),
    ...(hasTls ? { tls } : {}),
  });
}

function given<K extends string>(values: Record<K, string | undefined>): Partial<Record<K, string>> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<Record<K, string>>;
}
