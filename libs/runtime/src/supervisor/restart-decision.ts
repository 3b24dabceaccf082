import { isPlannedExit, type ExitReason } from '@noex/contracts';
import type { RestartPolicy, Strategy } from './supervisor-spec.js';

/** Whether a child that ended is started again. */
export function isRestarted(policy: RestartPolicy, reason: ExitReason): boolean {
  if (policy === 'transient') return !isPlannedExit(reason);
  return policy === 'permanent';
}

/**
 * Those that are stopped and started when `ended` is restarted, itself included. `children` and result: in start order;
 * `children` is a function because a dynamic supervisor may have very many.
 */
export function restartGroup<Child>(
  strategy: Strategy,
  children: () => readonly Child[],
  ended: Child,
): readonly Child[] {
  if (strategy === 'one_for_all') return children();
  if (strategy !== 'rest_for_one') return [ended];
  const all = children();
  return all.slice(all.indexOf(ended));
}
