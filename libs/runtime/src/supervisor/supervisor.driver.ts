import { InvalidOptionsError, type ExitReason, type ProcessRef } from '@noex/contracts';
import { NO_HANDLER, type BehaviorDriver, type ProcessCell } from '../behavior.js';
import type { LocalNode } from '../local-node.js';
import { ChildRequests } from './child-requests.js';
import { supervisorProblems } from './spec-check.js';
import type { SupervisorCalls } from './supervisor-calls.js';
import { RETRY, SupervisorProcess } from './supervisor-process.js';
import type { SupervisorSpec } from './supervisor-spec.js';

/** A supervisor as a behavior. */
export interface SupervisorDriver extends BehaviorDriver {
  readonly supervises: SupervisorSpec;
}

interface State {
  readonly supervisor: SupervisorProcess;
  readonly requests: ChildRequests;
}

type Request = (requests: ChildRequests, payload: unknown, byPeer: boolean) => unknown;

const REQUESTS: Readonly<Record<keyof SupervisorCalls, Request>> = {
  startChild: (requests, spec, byPeer) => requests.startChild(spec, byPeer),
  terminateChild: (requests, child) => requests.terminateChild(child),
  restartChild: (requests, child) => requests.restartChild(child),
  deleteChild: (requests, child) => requests.deleteChild(child),
  countChildren: (requests) => requests.countChildren(),
  whichChildren: (requests) => requests.whichChildren(),
};

/**
 * A supervisor of processes of `node`, to be spawned, registered by its `name`, or put under another supervisor. Throws
 * InvalidOptionsError that lists everything that is wrong with the spec.
 */
export function supervisorDriver(
  node: LocalNode,
  spec: SupervisorSpec,
  name = 'supervisor',
): SupervisorDriver {
  const problems = supervisorProblems(spec);
  if (problems.length > 0) {
    const lines = problems.map(({ field, expected }) => `  - ${field}: expected ${expected}`);
    throw new InvalidOptionsError([`the spec of a supervisor is wrong:`, ...lines].join('\n'), {
      violations: problems,
    });
  }
  const of = (cell: ProcessCell) => cell.state as State;

  return {
    name,
    supervises: spec,
    crashOnCallError: false,
    // Its children have their own limits, and whoever stops it may have one.
    shutdownMs: Infinity,
    init(cell) {
      const supervisor = new SupervisorProcess(node, spec, cell.context, (nested) =>
        supervisorDriver(node, nested),
      );
      cell.state = { supervisor, requests: new ChildRequests(node, supervisor) } satisfies State;
      return supervisor.startAll();
    },
    async call(cell, method, payload) {
      if (!Object.hasOwn(REQUESTS, method)) return NO_HANDLER;
      const { supervisor, requests } = of(cell);
      try {
        return await REQUESTS[method as keyof SupervisorCalls](requests, payload, cell.calledByPeer);
      } finally {
        supervisor.postRetries();
      }
    },
    cast(cell) {
      of(cell).supervisor.postRetries();
      return NO_HANDLER;
    },
    async info(cell, message, payload) {
      const { supervisor } = of(cell);
      if (message === 'EXIT') {
        const { from, reason } = payload as { from: ProcessRef; reason: ExitReason };
        await supervisor.exited(from, reason);
      } else if (message === RETRY) await supervisor.retry(payload as string);
      supervisor.postRetries();
      return message === 'EXIT' || message === RETRY ? undefined : NO_HANDLER;
    },
    down: () => NO_HANDLER,
    terminate: (cell) => of(cell).supervisor.stopAll(),
  };
}
