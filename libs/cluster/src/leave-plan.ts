/** Most of a budget that the notice may take: whoever asks for more still gets to finish and to stop. */
const NOTICE_SHARE = 0.5;
/** Shares of what is then left by which the work under way is to be finished, and the stop is to begin. */
const FINISH_SHARE = 0.65;
const STOP_SHARE = 0.8;
/** Shares of the time to stop by which what the caller stops first, and all processes, are to have ended. */
const FIRST_SHARE = 0.8;
const PROCESSES_SHARE = 0.95;

/** Ends of the phases of a leave before its stop, in milliseconds since it began; each may end sooner, and leaves its time to the next. */
export interface DrainPlan {
  /** Peers and probes know, new work is still taken. */
  readonly noticeMs: number;
  /** New work is refused, what is under way is finished. */
  readonly finishMs: number;
  /** Whatever else drains, such as an HTTP server: then the stop begins, for which the rest of the budget is left. */
  readonly stopMs: number;
}

/** Ends of the phases of a stop, in milliseconds since it began. */
export interface StopPlan {
  /** What the caller stops in an order of its own, such as a tree of supervisors. */
  readonly firstMs: number;
  /** All other processes. */
  readonly processesMs: number;
  /** What waits for the peers is sent, goodbye is said, the transport closes. */
  readonly closeMs: number;
}

/** Splits the budget of a whole leave. */
export function planDrain(budgetMs: number, noticeMs: number): DrainPlan {
  const notice = Math.min(noticeMs, budgetMs * NOTICE_SHARE);
  const until = (share: number) => notice + (budgetMs - notice) * share;
  return { noticeMs: notice, finishMs: until(FINISH_SHARE), stopMs: until(STOP_SHARE) };
}

export function planStop(budgetMs: number): StopPlan {
  return { firstMs: budgetMs * FIRST_SHARE, processesMs: budgetMs * PROCESSES_SHARE, closeMs: budgetMs };
}
