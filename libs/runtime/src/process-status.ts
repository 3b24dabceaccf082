/** Where a process is in its life. The order counts: from `Stopping` on it takes no more exit signals. */
export const Status = {
  /** `init` runs. */
  Starting: 0,
  /** Nothing to do. */
  Idle: 1,
  /** In the scheduler's queue, or running right now. */
  Scheduled: 2,
  /** A handler's promise is pending. */
  Busy: 3,
  /** `terminate` runs. */
  Stopping: 4,
  Exited: 5,
} as const;
export type Status = (typeof Status)[keyof typeof Status];

export type ProcessStatus = 'starting' | 'idle' | 'running' | 'busy' | 'stopping' | 'exited';

/** The name of each status, for those who look on. */
export const STATUS_NAMES: readonly ProcessStatus[] = [
  'starting',
  'idle',
  'running',
  'busy',
  'stopping',
  'exited',
];
