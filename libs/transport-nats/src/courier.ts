/** What sessions need of the connection to the server. */
export interface Courier {
  readonly isUp: boolean;
  publish(subject: string, message: Uint8Array): void;
  /** Calls `bounced` where nobody has subscribed to the subject now. */
  publishExpecting(subject: string, message: Uint8Array, bounced: () => void): void;
}
