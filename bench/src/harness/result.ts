/** What one measurement told; a workload fills in what it measures. */
export interface Sample {
  readonly opsPerSec?: number;
  /** Latency of one operation, in microseconds. */
  readonly p50Us?: number;
  readonly p99Us?: number;
  /** Operations counted. */
  readonly ops?: number;
  /** CPU time of one operation in all processes of the subject together, in microseconds: what noise on the machine changes least. */
  readonly cpuUs?: number;
  /** Of workloads that measure anything but operations, in their unit. */
  readonly value?: number;
}

/** One point at which the subjects of a workload are compared. */
export interface Cell {
  /** Operations under way at any time. */
  readonly inFlight?: number;
  /** Size of the payload as MessagePack has it; 0: none. */
  readonly payloadBytes?: number;
  /** How many nodes, processes or messages: the workload says of what. */
  readonly count?: number;
}

/** The medians of one subject at one cell over all rounds; `null`: not measured, or does not apply. */
export interface Row {
  readonly workload: string;
  readonly subject: string;
  readonly inFlight: number | null;
  readonly payloadBytes: number | null;
  readonly count: number | null;
  readonly opsPerSec: number | null;
  readonly p50Us: number | null;
  readonly p99Us: number | null;
  readonly cpuUs: number | null;
  readonly value: number | null;
  /** Of `value`. */
  readonly unit: string | null;
  /** From the lowest to the highest round, as a share of the median. */
  readonly spread: number;
  /** What each round measured, `opsPerSec` or `value`: for ratios within a round. */
  readonly perRound: readonly number[];
}
