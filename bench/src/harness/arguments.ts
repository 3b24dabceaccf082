/** What `npm run bench --` takes. */
export interface BenchArguments {
  /** Only that it runs: short, few cells, no slow workloads. */
  readonly quick: boolean;
  /** Names of workloads; empty: all. */
  readonly only: readonly string[];
  readonly rounds: number;
  /** Of one measurement, in milliseconds. */
  readonly ms: number;
  /** Where the medians go as JSON. */
  readonly json: string | undefined;
  /** Writes the results into docs/performance.md; those of other workloads stay. */
  readonly docs: boolean;
  /** Folder for the CPU profiles of all child processes. */
  readonly profile: string | undefined;
}

export const USAGE = `npm run bench -- [options]
  --quick         under a minute: shows that it runs, its numbers are worth nothing
  --only NAME     one workload (may be given several times)
  --rounds N      rounds per measurement; default 5, with --quick 1
  --ms N          length of one measurement in milliseconds; default 1000, with --quick 60
  --json FILE     writes the medians: [{workload, subject, inFlight, payloadBytes, opsPerSec, p50Us, p99Us, ...}]
  --docs          writes the results and charts of these workloads into docs/performance.md
  --profile DIR   writes a CPU profile of every child process`;

/** @throws {Error} whose message says what is wrong and how it is used */
export function parseArguments(args: readonly string[], workloads: readonly string[]): BenchArguments {
  const rest = [...args];
  const flags = new Set<string>();
  const values = new Map<string, string[]>();
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (['--quick', '--docs'].includes(word)) {
      flags.add(word);
    } else if (['--only', '--rounds', '--ms', '--json', '--profile'].includes(word)) {
      const value = rest.shift();
      if (value === undefined) throw new Error(`${word} needs a value\n${USAGE}`);
      values.set(word, [...(values.get(word) ?? []), value]);
    } else {
      throw new Error(`unknown option ${word}\n${USAGE}`);
    }
  }
  const last = (option: string) => values.get(option)?.at(-1);
  const quick = flags.has('--quick');
  const docs = flags.has('--docs');
  if (quick && docs) throw new Error('--quick measures nothing worth keeping: leave out --docs');
  const only = values.get('--only') ?? [];
  const unknown = only.find((name) => !workloads.includes(name));
  if (unknown !== undefined) {
    throw new Error(`there is no workload ${unknown}; there are ${workloads.join(', ')}`);
  }
  return {
    quick,
    only,
    rounds: positive('--rounds', last('--rounds')) ?? (quick ? 1 : 5),
    ms: positive('--ms', last('--ms')) ?? (quick ? 60 : 1_000),
    json: last('--json'),
    docs,
    profile: last('--profile'),
  };
}

function positive(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`${option} takes a whole number from 1, not ${text}`);
  return value;
}
