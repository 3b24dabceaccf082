import type { ProcessInfo } from '@noex/runtime';
import { invalid } from './read-request.js';

/** By what a list of processes is sorted, the most first. */
const ORDERS = {
  mailbox: ({ mailboxDepth }: ProcessInfo) => mailboxDepth,
  busy: ({ busyMs }: ProcessInfo) => busyMs,
  handled: ({ handled }: ProcessInfo) => handled,
} as const;

const DEFAULT_LIMIT = 100;
const MOST_PROCESSES = 10_000;

export interface ProcessQuery {
  /** Only those of this behavior. */
  readonly behavior?: string;
  readonly limit: number;
  readonly sort: keyof typeof ORDERS;
}

export interface ProcessAnswer {
  /** The text of its ref. */
  readonly process: string;
  readonly behavior: string;
  readonly status: string;
  readonly suspended: boolean;
  /** Of a state machine. */
  readonly stateName?: string;
  /** Those of this node, then the global ones. */
  readonly names: readonly string[];
  readonly mailboxDepth: number;
  readonly mailboxHighWater: number;
  /** Messages since its start. */
  readonly handled: number;
  /** Time of its handlers on the event loop since its start, in milliseconds. */
  readonly busyMs: number;
  readonly links: number;
  /** Whom it monitors, and who monitors it. */
  readonly monitors: number;
  readonly monitoredBy: number;
  readonly parent?: string;
}

export interface ProcessesAnswer {
  readonly node: string;
  /** How many fit. */
  readonly total: number;
  readonly processes: readonly ProcessAnswer[];
}

/** Throws ApiError. */
export function readProcessQuery(query: URLSearchParams): ProcessQuery {
  const behavior = query.get('behavior');
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  const sort = query.get('sort') ?? 'mailbox';
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_PROCESSES) {
    throw invalid(`limit has to be a whole number from 1 to ${MOST_PROCESSES}`);
  }
  if (!Object.hasOwn(ORDERS, sort)) throw invalid(`sort has to be one of ${Object.keys(ORDERS).join(', ')}`);
  return { limit, sort: sort as keyof typeof ORDERS, ...(behavior === null ? {} : { behavior }) };
}

export interface Picked {
  readonly total: number;
  readonly processes: readonly ProcessInfo[];
}

/** The first `limit` processes that fit, the oldest first among equals. Holds at most twice as many at a time. */
export function pickProcesses(all: Iterable<ProcessInfo>, { behavior, limit, sort }: ProcessQuery): Picked {
  const weigh = ORDERS[sort];
  let total = 0;
  let picked: ProcessInfo[] = [];
  const cut = () => (picked = picked.sort((a, b) => weigh(b) - weigh(a)).slice(0, limit));
  for (const process of all) {
    if (behavior !== undefined && process.behavior !== behavior) continue;
    total++;
    if (picked.push(process) >= 2 * limit) cut();
  }
  return { total, processes: cut() };
}

/** `globalNames` gives those of a process by the text of its ref. */
export function describeProcess(
  info: ProcessInfo,
  globalNames: ReadonlyMap<string, readonly string[]>,
): ProcessAnswer {
  const { ref, behavior, status, suspended, stateName, mailboxDepth, mailboxHighWater, handled } = info;
  const process = ref.toString();
  return {
    process,
    behavior,
    status,
    suspended,
    ...(stateName === undefined ? {} : { stateName }),
    names: [...info.names, ...(globalNames.get(process) ?? [])],
    mailboxDepth,
    mailboxHighWater,
    handled,
    busyMs: Math.round(info.busyMs * 10) / 10,
    links: info.links.length,
    monitors: info.monitors.length,
    monitoredBy: info.monitoredBy,
    ...(info.parent && { parent: info.parent.toString() }),
  };
}
