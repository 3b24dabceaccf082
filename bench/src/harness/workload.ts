import type { Child, Children } from './child.js';
import type { Cell, Sample } from './result.js';

/** One kind of measurement, and who is measured. */
export interface Workload {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  /** What is done and counted; a sentence or two for the page. */
  readonly about: string;
  /** Of the samples' `value`. */
  readonly unit?: string;
  /** What `count` counts in its cells. */
  readonly counts?: string;
  readonly cells: readonly Cell[];
  readonly subjects: readonly Subject[];
  /** Slow ones have fewer rounds than asked for. */
  readonly mostRounds?: number;
  /** Rounds that it takes at least, but for `--quick`: where subjects are nearly alike. */
  readonly leastRounds?: number;
  /** For those whose measurement begins with something new each time. */
  readonly noWarmUp?: boolean;
  /** Too slow for `--quick`, which says so. */
  readonly slow?: boolean;
}

/** One way to do it. */
export interface Subject {
  readonly name: string;
  /** Of its `value`, where it is not the workload's. */
  readonly unit?: string;
  /** Why it cannot be measured here, if so. */
  unavailable?(): string | undefined;
  open(children: Children): Promise<OpenSubject>;
}

export interface OpenSubject {
  measure(cell: Cell, ms: number): Promise<Sample>;
  close?(): Promise<void>;
}

/** What the `--quick` run and the full one differ in. */
export interface Effort {
  readonly quick: boolean;
  /** Of one measurement of operations per second. */
  readonly ms: number;
  readonly rounds: number;
}

type Optional = Pick<Subject, 'unavailable' | 'unit'>;

export const childModule = (name: string): URL => new URL(`../children/${name}.js`, import.meta.url);

/**
 * A server and a client in two processes of one module, which exports `listen(options)` to an address, `connect(address, options)` and
 * `measure(cell, ms)`.
 */
export function pairOf(name: string, module: URL, options: object = {}, optional: Optional = {}): Subject {
  return {
    name,
    ...optional,
    async open(children) {
      const [server, client] = await Promise.all([children.start(module), children.start(module)]);
      await client.ask('connect', await server.ask('listen', options), options);
      return measuredBy([client, server]);
    },
  };
}

/**
 * Pairs that all have both ends in one and the same process: what the compiler made of the code is the same for all, and the CPU time of an
 * operation is all there is to it. The module's `connect` and `measure` take the name of a client as their last parameter.
 */
export function pairsInOne(
  module: URL,
  pairs: readonly (readonly [name: string, options: object])[],
): Subject[] {
  let process: Promise<Child> | undefined;
  return pairs.map(([name, options]) => ({
    name,
    async open(children) {
      const child = await (process ??= children.start(module));
      await child.ask('connect', await child.ask('listen', options), options, name);
      const { measure, close } = measuredBy([child], [name]);
      return {
        measure,
        close: async () => {
          // Whoever opens again, and the others after it, do so in a new one.
          process = undefined;
          await close?.();
        },
      };
    },
  }));
}

/** One process of a module that exports `open(options)` and `measure(cell, ms)`. */
export function loneOf(
  name: string,
  module: URL,
  options: object = {},
  { nodeArguments = [], ...optional }: Optional & { nodeArguments?: readonly string[] } = {},
): Subject {
  return {
    name,
    ...optional,
    async open(children) {
      const child = await children.start(module, nodeArguments);
      await child.ask('open', options);
      return measuredBy([child]);
    },
  };
}

/** As `loneOf`, in a new process for each measurement: for what only the first time in a process tells. */
export function freshOf(
  name: string,
  module: URL,
  options: object = {},
  { nodeArguments = [], ...optional }: Optional & { nodeArguments?: readonly string[] } = {},
): Subject {
  const { open } = loneOf(name, module, options, { nodeArguments });
  return {
    name,
    ...optional,
    async open(children) {
      return {
        async measure(cell, ms) {
          const once = await open(children);
          const sample = await once.measure(cell, ms);
          await once.close?.();
          return sample;
        },
      };
    },
  };
}

/** Asks the first one, with these parameters besides, and sees what all of them spend. */
export function measuredBy(all: readonly Child[], parameters: readonly unknown[] = []): OpenSubject {
  const [child] = all as [Child];
  const cpuUs = async (): Promise<number> => {
    const spent = await Promise.all(all.map((each) => each.cpuUs()));
    return spent.reduce((a, b) => a + b);
  };
  return {
    async measure(cell, ms) {
      const before = await cpuUs();
      const sample = await child.ask<Sample>('measure', cell, ms, ...parameters);
      return sample.ops === undefined
        ? sample
        : { ...sample, cpuUs: ((await cpuUs()) - before) / sample.ops };
    },
    close: async () => {
      await Promise.all(all.map((each) => each.end()));
    },
  };
}
