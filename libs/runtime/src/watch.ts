import type { Logger } from '@noex/contracts';
import { LocalMonitor, type DownListener } from './monitor.js';
import type { NameHolder } from './process-extras.js';

/** Watches a process that lives here, until it ends or the monitor is cancelled. */
export function watch(
  process: NameHolder & { readonly node: { readonly logger: Logger } },
  down: DownListener,
): LocalMonitor {
  return new LocalMonitor(process.ref, down, (process.extras.watchers ??= new Set()), process.node.logger);
}
