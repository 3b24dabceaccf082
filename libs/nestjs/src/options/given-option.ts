/** A value on its way into the node, and where it came from. */
export interface GivenOption {
  readonly value: unknown;
  readonly source: 'code' | 'environment' | 'default';
  /** The variable it was read from. */
  readonly variable?: string;
}
