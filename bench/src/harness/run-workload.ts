import { Children } from './child.js';
import type { Cell, Row, Sample } from './result.js';
import { summarize } from './statistics.js';
import type { Effort, OpenSubject, Subject, Workload } from './workload.js';

export interface WorkloadResult {
  readonly rows: Row[];
  /** Subjects that could not be measured, or not at some cell, and why. */
  readonly skipped: string[];
}

/** A subject and its processes. */
interface Running {
  readonly subject: Subject;
  open: OpenSubject;
}

/** A subject at a cell, with what was measured so far. */
interface Track {
  readonly running: Running;
  readonly cell: Cell;
  readonly samples: Sample[];
  failed: boolean;
}

/**
 * Measures every subject of a workload at every cell, round by round: within a round each cell is measured for one subject after
 * the other (A B C, then C B A), so that what else the machine does meets all alike, and so does what the one before left behind. A subject that fails at a cell is not measured there
 * again, and starts anew for the others.
 */
export async function runWorkload(
  workload: Workload,
  effort: Effort,
  say: (line: string) => void,
  nodeArguments: readonly string[] = [],
): Promise<WorkloadResult> {
  const children = new Children(nodeArguments);
  const skipped: string[] = [];
  const skip = (subject: Subject, why: string): void => {
    skipped.push(`${workload.name}: ${subject.name}: ${why}`);
    say(`SKIPPED ${skipped.at(-1)}`);
  };

  const measure = async (track: Track, ms: number): Promise<Sample | undefined> => {
    const { running, cell } = track;
    if (track.failed) return undefined;
    try {
      return await running.open.measure(cell, ms);
    } catch (error) {
      track.failed = true;
      skip(running.subject, `failed at ${JSON.stringify(cell)}: ${firstLine(error)}`);
      await running.open.close?.();
      running.open = await running.subject.open(children);
      return undefined;
    }
  };

  try {
    const measurable = workload.subjects.filter((subject) => {
      const reason = subject.unavailable?.();
      if (reason !== undefined) skip(subject, reason);
      return reason === undefined;
    });
    const start = async (subject: Subject): Promise<Running> => ({
      subject,
      open: await subject.open(children),
    });
    const running = await Promise.all(measurable.map(start));
    // Cell by cell, each with all its subjects.
    const tracks = workload.cells.flatMap((cell) =>
      running.map((each): Track => ({ running: each, cell, samples: [], failed: false })),
    );
    if (!workload.noWarmUp && !effort.quick) for (const track of tracks) await measure(track, effort.ms);
    const least = effort.quick ? 0 : (workload.leastRounds ?? 0);
    const rounds = Math.max(least, Math.min(effort.rounds, workload.mostRounds ?? Infinity));
    for (let round = 1; round <= rounds; round++) {
      for (const track of round % 2 === 0 ? tracks.toReversed() : tracks) {
        const sample = await measure(track, effort.ms);
        if (sample) track.samples.push(sample);
      }
      say(`${workload.name}: round ${round} of ${rounds}`);
    }
    for (const { open } of running) await open.close?.();
    const measured = tracks.filter(({ samples, failed }) => samples.length > 0 && !failed);
    return {
      rows: measured.map(({ running, cell, samples }) => summarize(workload, running.subject, cell, samples)),
      skipped,
    };
  } finally {
    await children.close();
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}
