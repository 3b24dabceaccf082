import type { ProcessRef } from '@noex/nestjs';
import type { ChunkResult } from '../text/analyze.js';
import type { Chunk } from '../text/chunker.js';
import type { TextSummary } from '../text/tally.js';

export type JobStatus = 'receiving' | 'running' | 'done' | 'failed';

export interface JobProgress {
  readonly status: JobStatus;
  readonly chunks: {
    readonly total: number;
    readonly done: number;
    readonly inFlight: number;
    readonly rerun: number;
  };
  readonly bytes: { readonly received: number; readonly done: number };
  readonly error?: string;
}

/** How much of a job one node did. */
export interface NodeShare {
  readonly node: string;
  readonly chunks: number;
  readonly bytes: number;
}

export interface JobResult extends TextSummary {
  readonly nodes: readonly NodeShare[];
}

/** What an analyzer is started with. */
export interface AnalyzerArgs {
  readonly job: ProcessRef;
  readonly chunk: Chunk;
}

/** What an analyzer reports. */
export interface ChunkAnalyzed {
  readonly index: number;
  readonly node: string;
  readonly result: ChunkResult;
}
