import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
  type Node,
  type YAMLMap,
} from 'yaml';

type Content = string | readonly YamlTree[] | ReadonlyMap<string, YamlTree> | undefined;

/** A YAML value that knows its line. Whatever it is asked for and does not have is `undefined` or empty. */
export class YamlTree {
  constructor(
    /** Of its key or list item, from 1. */
    readonly line: number,
    private readonly content: Content,
  ) {}

  /** A scalar as text; `undefined` for null and for what is no scalar. */
  get text(): string | undefined {
    return typeof this.content === 'string' ? this.content : undefined;
  }

  get number(): number | undefined {
    const { text } = this;
    return text !== undefined && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
  }

  get items(): readonly YamlTree[] {
    return Array.isArray(this.content) ? (this.content as readonly YamlTree[]) : [];
  }

  get isMap(): boolean {
    return this.content instanceof Map;
  }

  get isList(): boolean {
    return Array.isArray(this.content);
  }

  get entries(): readonly (readonly [string, YamlTree])[] {
    return this.content instanceof Map ? [...(this.content as ReadonlyMap<string, YamlTree>)] : [];
  }

  /** What stands under these keys, one inside the other. */
  at(...path: readonly string[]): YamlTree | undefined {
    let tree: YamlTree | undefined = this as YamlTree;
    for (const key of path) {
      if (!(tree?.content instanceof Map)) return undefined;
      tree = (tree.content as ReadonlyMap<string, YamlTree>).get(key);
    }
    return tree;
  }

  /** The text of each scalar, by its key. */
  get texts(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.entries.flatMap(([key, { text }]) => (text === undefined ? [] : [[key, text]])),
    );
  }
}

export interface ParsedYaml {
  readonly documents: readonly YamlTree[];
  /** Why some of it could not be read: the first reason. */
  readonly problem?: { readonly line: number; readonly message: string };
}

/** Reads every document of a text; never throws. */
export function parseYaml(text: string, firstLine: number): ParsedYaml {
  const counter = new LineCounter();
  const lineAt = (offset: number) => Math.max(counter.linePos(offset).line, 1) + firstLine - 1;
  try {
    const documents: Document[] = [
      ...parseAllDocuments(text, { lineCounter: counter, prettyErrors: false, logLevel: 'silent' }),
    ];
    const [first] = documents.flatMap(({ errors }) => errors);
    return {
      documents: documents.flatMap((document) => new Reading(document, lineAt).root()),
      ...(first ? { problem: { line: lineAt(first.pos[0]), message: first.message } } : {}),
    };
  } catch (error) {
    // The parser recurses: nesting without end exhausts the stack.
    return { documents: [], problem: { line: firstLine, message: (error as Error).message } };
  }
}

/** One document on its way to a tree. Aliases share what they stand for, so that nothing grows by them. */
class Reading {
  private readonly done = new Map<Node, Content>();
  private readonly underway = new Set<Node>();

  constructor(
    private readonly document: Document,
    private readonly lineAt: (offset: number) => number,
  ) {}

  root(): YamlTree[] {
    const { contents } = this.document;
    return contents === null ? [] : [new YamlTree(this.lineOf(contents), this.contentOf(contents))];
  }

  private lineOf(node: Node): number {
    return this.lineAt(node.range?.[0] ?? 0);
  }

  private contentOf(given: unknown): Content {
    const node = isAlias(given) ? given.resolve(this.document) : (given as Node | null | undefined);
    // An anchor that holds itself has no end; it stands for nothing there.
    if (!node || this.underway.has(node)) return undefined;
    if (this.done.has(node)) return this.done.get(node);
    this.underway.add(node);
    const content = this.read(node);
    this.underway.delete(node);
    this.done.set(node, content);
    return content;
  }

  private read(node: Node): Content {
    if (isScalar(node)) return node.value === null ? undefined : String(node.value);
    if (isSeq(node)) {
      return node.items.map((item) => new YamlTree(this.lineOf(item as Node), this.contentOf(item)));
    }
    return isMap(node) ? this.mapOf(node) : undefined;
  }

  private mapOf(node: YAMLMap): ReadonlyMap<string, YamlTree> {
    const merged = new Map<string, YamlTree>();
    const own = new Map<string, YamlTree>();
    for (const { key, value } of node.items) {
      if (!isScalar(key)) continue;
      const content = this.contentOf(value);
      // Compose files share parts this way.
      if (key.value === '<<') this.merge(content, merged);
      else own.set(String(key.value), new YamlTree(this.lineOf(key), content));
    }
    return new Map([...merged, ...own]);
  }

  private merge(content: Content, into: Map<string, YamlTree>): void {
    const sources = Array.isArray(content) ? (content as readonly YamlTree[]) : [new YamlTree(0, content)];
    for (const source of sources) {
      for (const [key, tree] of source.entries) if (!into.has(key)) into.set(key, tree);
    }
  }
}
