declare const behaviorType: unique symbol;

const TEXT_FORM = /^([^\s~]+)~([0-9a-z]+)~([0-9a-z]+)$/;

/**
 * Names one process of one life of one node. A ref is a value: it may be sent inside a message, compared with
 * {@link ProcessRef.equals}, and written into a URL with `toString()`.
 *
 * The incarnation makes it safe to keep: after a node restarts, a ref to one of its former processes names nobody.
 */
export class ProcessRef<B = unknown> {
  /** Carries the behavior's type for inference; never set. */
  declare readonly [behaviorType]?: B;

  constructor(
    /** Name of the node the process lives on. */
    readonly node: string,
    /** Which life of that node: a number that grows with each start. */
    readonly incarnation: number,
    /** Number of the process on its node, never used twice in one incarnation. */
    readonly id: number,
  ) {}

  equals(other: ProcessRef): boolean {
    return this.id === other.id && this.incarnation === other.incarnation && this.node === other.node;
  }

  /** `node~incarnation~id`, safe in a URL path; {@link ProcessRef.parse} reads it back. */
  toString(): string {
    return `${this.node}~${this.incarnation.toString(36)}~${this.id.toString(36)}`;
  }

  toJSON(): string {
    return this.toString();
  }

  /** Reads what `toString()` wrote; `undefined` where the text is not a ref. */
  static parse<B = unknown>(text: string): ProcessRef<B> | undefined {
    const match = TEXT_FORM.exec(text);
    if (!match) return undefined;
    const incarnation = parseInt(match[2]!, 36);
    const id = parseInt(match[3]!, 36);
    if (!Number.isSafeInteger(incarnation) || !Number.isSafeInteger(id)) return undefined;
    return new ProcessRef<B>(match[1]!, incarnation, id);
  }
}
