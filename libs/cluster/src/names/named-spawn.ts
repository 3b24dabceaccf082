import type { ExitReason, ProcessRef } from '@noex/contracts';
import { DEFAULT_SPAWN_TIMEOUT_MS, type LocalNode } from '@noex/runtime';
import type { NodeSpawnOptions } from '../spawn-options.js';
import type { GlobalNames } from './global-names.js';

/** Starts a process on this node, under a global name where it is to have one. */
export function spawnHere(
  node: LocalNode,
  names: GlobalNames,
  behavior: string,
  options: NodeSpawnOptions,
): Promise<ProcessRef> {
  const { globalName, onDown, timeoutMs = DEFAULT_SPAWN_TIMEOUT_MS } = options;
  if (globalName === undefined) return node.spawn(behavior, options);
  // The caller hears of the end of a process that it was given, and of no other.
  let failed = false;
  const down = onDown && ((reason: ExitReason) => void (failed || onDown(reason)));
  const start = (leftMs: number, bind: (ref: ProcessRef) => void) => {
    const onSpawn = (ref: ProcessRef) => {
      bind(ref);
      options.onSpawn?.(ref);
    };
    return node.spawn(behavior, {
      ...options,
      timeoutMs: leftMs,
      onSpawn,
      ...(down ? { onDown: down } : {}),
    });
  };
  return names.spawn(globalName, timeoutMs, start, () => (failed = true));
}
