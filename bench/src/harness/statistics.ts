import type { Cell, Row, Sample } from './result.js';

/** The middle one; of an even number the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** By linear interpolation between the closest ranks (Hyndman & Fan, type 7). `share` in [0, 1]; NaN of no values. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) return NaN;
  const sorted = Float64Array.from(values).sort();
  const rank = share * (sorted.length - 1);
  const below = sorted[Math.floor(rank)]!;
  const above = sorted[Math.ceil(rank)]!;
  return below + (above - below) * (rank - Math.floor(rank));
}

/** From the lowest to the highest, as a share of the median. */
export function spread(values: readonly number[]): number {
  if (values.length < 2) return 0;
  return (Math.max(...values) - Math.min(...values)) / median(values);
}

/** The medians over all rounds of one subject at one cell; each number has a median of its own. */
export function summarize(
  workload: { readonly name: string; readonly unit?: string },
  subject: { readonly name: string; readonly unit?: string },
  cell: Cell,
  samples: readonly Sample[],
): Row {
  const of = (key: keyof Sample) => samples.flatMap((sample) => sample[key] ?? []);
  const middle = (key: keyof Sample) => (of(key).length === 0 ? null : median(of(key)));
  const value = middle('value');
  const perRound = value === null ? of('opsPerSec') : of('value');
  return {
    workload: workload.name,
    subject: subject.name,
    inFlight: cell.inFlight ?? null,
    payloadBytes: cell.payloadBytes ?? null,
    count: cell.count ?? null,
    opsPerSec: middle('opsPerSec'),
    p50Us: middle('p50Us'),
    p99Us: middle('p99Us'),
    cpuUs: middle('cpuUs'),
    value,
    unit: value === null ? null : (subject.unit ?? workload.unit ?? null),
    spread: spread(perRound),
    perRound,
  };
}

/** The median over rounds of `a / b`: what slows a round down for both leaves it alone. NaN without a common round. */
export function medianRatio(a: readonly number[], b: readonly number[]): number {
  return median(a.slice(0, b.length).map((value, round) => value / b[round]!));
}
