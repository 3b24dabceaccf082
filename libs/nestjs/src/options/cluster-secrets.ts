import { inspect } from 'node:util';

/** The cluster's secrets, kept where neither `JSON.stringify` nor `util.inspect` finds them (not even `showHidden`). */
export class ClusterSecrets {
  readonly #values: readonly string[];

  constructor(values: readonly string[]) {
    this.#values = Object.freeze([...values]);
    Object.freeze(this);
  }

  get isEmpty(): boolean {
    return this.#values.length === 0;
  }

  /** All that are accepted; the first one dials. Do not log it. */
  reveal(): readonly string[] {
    return this.#values;
  }

  toJSON(): string {
    return this.isEmpty ? 'none' : '***';
  }

  toString(): string {
    return this.toJSON();
  }

  [inspect.custom](): string {
    return this.toJSON();
  }
}
