import { createHash, timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';

const digestOf = (text: string) => createHash('sha256').update(text).digest();

/** The token of the management API, of which only a digest is kept: it can be compared, and neither printed nor sent. */
export class ApiToken {
  readonly #digest: Buffer;

  constructor(token: string) {
    this.#digest = digestOf(token);
    Object.freeze(this);
  }

  /** In a time that says nothing of where the two differ, or of their lengths. */
  matches(given: string): boolean {
    return timingSafeEqual(digestOf(given), this.#digest);
  }

  toJSON(): string {
    return '***';
  }

  toString(): string {
    return this.toJSON();
  }

  [inspect.custom](): string {
    return this.toJSON();
  }
}
