import { DropCounter, NoexError, type ExitReason } from '@noex/contracts';

/** How calls ended. The usual end is a number of its own, so that it costs no look-up. */
export class CallOutcomes {
  private oks = 0;
  private readonly others = new DropCounter();

  /** `ok`, `aborted`, or the code of the error that the caller was given. */
  count(outcome: string): void {
    if (outcome === 'ok') this.oks++;
    else this.others.add(outcome);
  }

  *entries(): Generator<[outcome: string, count: number]> {
    yield ['ok', this.oks];
    yield* this.others.entries();
  }
}

/** What happened on a node since it was made: plain numbers, counted where it happens, read by whoever asks. */
export class NodeCounters {
  /** Calls that stayed on the node. */
  readonly localCalls = new CallOutcomes();
  /** Calls to processes of other nodes, those that never left included. */
  readonly remoteCalls = new CallOutcomes();
  /** Casts sent to processes of this node, by its own code; those that were refused included. */
  localCasts = 0;
  /** The same to processes of other nodes. */
  remoteCasts = 0;
  /** Spawns on this node that failed, by the code of their error. */
  readonly spawnFailures = new DropCounter();
  /** Processes that ended, by `exitKind`; those that did not start are among them. */
  readonly exits = new DropCounter();
  /** Times that a supervisor restarted a child, those that the strategy restarts with it not counted. */
  restarts = 0;
  /** Supervisors that ended because their children ended too often. */
  restartsGivenUp = 0;
}

/** Code of an error of ours; `other` for any other, so that there is an end of codes. */
export function codeOf(error: unknown): string {
  return error instanceof NoexError ? error.code : 'other';
}

/** Exit reasons as metrics count them. */
export const EXIT_KINDS = [
  'normal',
  'shutdown',
  'killed',
  'noproc',
  'noconnection',
  'error',
  'other',
] as const;

/** A reason as one of a few words: those that are the users' own are `other`. */
export function exitKind(reason: ExitReason): string {
  if (reason instanceof Error) return 'error';
  if (typeof reason !== 'string') return 'shutdown';
  return (EXIT_KINDS as readonly string[]).includes(reason) && reason !== 'error' ? reason : 'other';
}
