import type { ConnectionOptions, TlsOptions, TLSSocket } from 'node:tls';
import type { Refusal } from '@noex/contracts';
import type { TlsKind } from './tls-errors.js';

/** How links are encrypted and what a peer has to prove, as it is now: both may change while the transport runs. */
export interface LinkSecurity {
  readonly kind: TlsKind;
  /** Makes it ready for use and begins to watch its files. */
  start(): Promise<void>;
  stop(): void;
  /** For connections that come in from now on; another object when a server has to take it over. */
  serverOptions(): TlsOptions;
  /** For one dial: each in turn, while the other side says `wrong_secret`. */
  clientOptions(): readonly ConnectionOptions[];
  /** What speaks against who is at the other end of an established link; `undefined`: the peer has proved itself. */
  objection(socket: TLSSocket, side: 'server' | 'client'): Refusal | undefined;
  /** The cause when TLS failed; `undefined` when it was the network. */
  explain(error: Error, socket?: TLSSocket): Refusal | undefined;
}
