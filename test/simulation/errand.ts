import type { ProcessRef } from '@noex/contracts';
import type { DeferredReply, PlainBehavior, ProcessContext } from '@noex/runtime';
import { defineBehavior } from '@noex/runtime';

/** What a process is told to do when it handles a message. */
export type Act =
  | { readonly do: 'nothing' }
  | { readonly do: 'throw' }
  /** Takes its time, in milliseconds. */
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'stop'; readonly reason: string }
  /** Replies later; only in a call. */
  | { readonly do: 'defer'; readonly ms: number }
  | { readonly do: 'send'; readonly by: 'cast' | 'info'; readonly to: ProcessRef; readonly act: Act }
  | { readonly do: 'call'; readonly to: ProcessRef; readonly act: Act; readonly timeoutMs: number }
  | { readonly do: 'watch'; readonly target: ProcessRef }
  | { readonly do: 'unwatch' }
  | { readonly do: 'link'; readonly to: ProcessRef };

/** A message of the simulation: who sent it, as the how manieth to that process. */
export interface Errand {
  readonly sender: string;
  readonly sequence: number;
  /** Where it is a call. */
  readonly call?: string;
  readonly act: Act;
  /** Makes the message large. */
  readonly padding?: Uint8Array;
}

export interface WorkerArgs {
  readonly spawn: string;
  /** How long `init` takes, in milliseconds. */
  readonly initMs: number;
  readonly failInit: boolean;
  /** How long `terminate` takes, in milliseconds. */
  readonly terminateMs: number;
}

/** What a process of the simulation needs of the life of the node it runs on. */
export interface WorkerHome {
  complain(what: string): void;
  sleep(ms: number): Promise<void>;
  later(ms: number, callback: () => void): void;
  started(self: ProcessRef, spawn: string): void;
  handled(self: ProcessRef, errand: Errand): void;
  sendFrom(context: ProcessContext, act: Extract<Act, { do: 'send' }>): void;
  callFrom(context: ProcessContext, act: Extract<Act, { do: 'call' }>): Promise<unknown>;
  watchFrom(context: ProcessContext, target: ProcessRef): { readonly number: number; readonly id: string };
  unwatched(monitor: string): void;
  fired(monitor: string, reason: unknown): void;
}

interface WorkerState {
  readonly terminateMs: number;
  /** Its monitors, by number. */
  readonly watching: Map<number, string>;
}

/** Bytes that show where one is missing or misplaced. */
export const padding = (bytes: number): Uint8Array => Uint8Array.from({ length: bytes }, (_, at) => at % 251);

const isPadding = (bytes: Uint8Array): boolean => bytes.every((byte, at) => byte === at % 251);

export const WORKER = 'worker';

/** Processes that do what the messages they get tell them, and write down what they handled. */
export function workerBehavior(home: WorkerHome): PlainBehavior<WorkerState, WorkerArgs> {
  const perform = (act: Act, state: WorkerState, context: ProcessContext): unknown => {
    switch (act.do) {
      case 'nothing':
        return undefined;
      case 'throw':
        throw new Error('told to');
      case 'wait':
        return home.sleep(act.ms);
      case 'stop':
        return context.stop(act.reason);
      case 'defer':
        return answerLater(context.deferReply<number>(), act.ms);
      case 'send':
        return home.sendFrom(context, act);
      case 'call':
        return home.callFrom(context, act);
      case 'watch': {
        const { number, id } = home.watchFrom(context, act.target);
        return void state.watching.set(number, id);
      }
      case 'unwatch':
        for (const [number, id] of state.watching) {
          context.demonitor(number);
          home.unwatched(id);
        }
        return state.watching.clear();
      case 'link':
        return context.link(act.to);
    }
  };

  const answerLater = (reply: DeferredReply<number>, ms: number) => home.later(ms, () => reply.ok(ms));

  const handle = (errand: Errand, state: WorkerState, context: ProcessContext): unknown => {
    home.handled(context.self, errand);
    if (errand.padding && !isPadding(errand.padding))
      home.complain(`${errand.sender}'s padding arrived mangled`);
    return perform(errand.act, state, context);
  };

  const told = (errand: Errand, state: WorkerState, context: ProcessContext) => {
    const work = handle(errand, state, context);
    return work instanceof Promise ? work.then(() => state) : state;
  };

  return defineBehavior({
    name: WORKER,
    // It hands on promises without being declared async.
    followed: true,
    init: (args: WorkerArgs, context): WorkerState | Promise<WorkerState> => {
      home.started(context.self, args.spawn);
      if (args.failInit) throw new Error('told to fail');
      const state = { terminateMs: args.terminateMs, watching: new Map<number, string>() };
      return args.initMs > 0 ? home.sleep(args.initMs).then(() => state) : state;
    },
    handleCall: {
      work: (errand: Errand, state, context): [unknown, WorkerState] | Promise<[unknown, WorkerState]> => {
        const work = handle(errand, state, context);
        return work instanceof Promise ? work.then(() => [0, state]) : [0, state];
      },
    },
    handleCast: { work: told },
    handleInfo: { work: told },
    handleDown: ({ monitor, reason }, state) => {
      const id = state.watching.get(monitor);
      state.watching.delete(monitor);
      home.fired(id ?? `unknown ${monitor}`, reason);
      return state;
    },
    terminate: (_, { terminateMs }) => (terminateMs > 0 ? home.sleep(terminateMs) : undefined),
  }) as PlainBehavior<WorkerState, WorkerArgs>;
}
