import { AsyncLocalStorage } from 'node:async_hooks';
import { DeadlockError, type ProcessRef } from '@noex/contracts';
import type { CallPath, Message } from './message.js';

/** A process as the code it runs sees it. */
export interface ActiveProcess {
  readonly ref: ProcessRef;
  readonly behaviorName: string;
  /** The message being handled. */
  readonly current: Message | null;
  /** How many messages it has begun to handle. */
  readonly turn: number;
}

/** The stretch of code that a process runs for one message, promises and timers it started included. */
export class Activity {
  constructor(
    readonly process: ActiveProcess,
    private readonly message: Message | null,
    private readonly turn: number,
  ) {}

  /** The path of a call made now: undefined when the handler has ended, so that nobody waits for the call in it. */
  get callPath(): CallPath | undefined {
    const { process, message, turn } = this;
    if (!message || process.current !== message || process.turn !== turn) return undefined;
    const step = { ref: process.ref, turn };
    return message.path ? [...message.path, step] : [step];
  }
}

// Neither is state of a node: the first is the top of the call stack, the second a key into the async context.
let running: ActiveProcess | null = null;
const storage = new AsyncLocalStorage<Activity>();

/**
 * Runs code of a process. Its synchronous part always knows its process. What it does after an `await` knows it where the
 * behavior is `followed`: on Node 20 the first use of an AsyncLocalStorage makes every promise of the OS process dearer (a local
 * call takes three times as long), so behaviors whose code never awaits do without.
 */
export function runActivity<P extends ActiveProcess, M extends Message | null>(
  process: P,
  message: M,
  followed: boolean | undefined,
  work: (process: P, message: M) => unknown,
): unknown {
  const outer = running;
  running = process;
  try {
    if (!followed) return work(process, message);
    return storage.run(new Activity(process, message, process.turn), work, process, message);
  } finally {
    running = outer;
  }
}

/** The activity the calling code belongs to; undefined outside any process. */
export function currentActivity(): Activity | undefined {
  return running ? new Activity(running, running.current, running.turn) : storage.getStore();
}

/**
 * Calls a function that will call back later on behalf of nobody in particular, such as a scheduler's timer: without this the
 * callback, and every process it runs, would belong to whoever happened to be the first to need it.
 */
export function outsideActivity<A extends unknown[], R>(work: (...args: A) => R, ...args: A): R {
  return storage.getStore() ? storage.run(undefined as never, work, ...args) : work(...args);
}

const AsyncFunction = (async () => {}).constructor;

/** Whether any of these functions is declared `async`. */
export function anyAsync(functions: Iterable<unknown>): boolean {
  for (const candidate of functions) if (candidate instanceof AsyncFunction) return true;
  return false;
}

/** The error of a call to a process that waits, further up the call's path, for that very call. */
export function deadlock(path: CallPath, target: ProcessRef): DeadlockError {
  const names = [...path.map((step) => step.ref), target].map(String);
  return new DeadlockError(`the call would wait for itself: ${names.join(' → ')}`, { path: names });
}
