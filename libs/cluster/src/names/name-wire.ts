import { InvalidMessageError } from '@noex/contracts';
import { ProtocolError } from '../wire/frame-reader.js';
import { MAX_EPOCH } from './lamport-clock.js';

/** Longest name of a process or group that crosses nodes, in characters. */
export const MAX_NAME_LENGTH = 255;
/** Entries in one message, so that a table of any size crosses in messages of a bounded size. */
export const ENTRIES_PER_MESSAGE = 1000;

export type OnLost = 'stop' | 'demote';

/** Names of one node as it tells them: the process is its own. */
export type NameEntry = readonly [name: string, process: number, epoch: number];

export type NameRequest =
  | { readonly op: 'claim'; readonly name: string; readonly process?: number }
  | {
      readonly op: 'confirm';
      readonly name: string;
      readonly process: number;
      readonly epoch: number;
      /** The process of the asking node that has to give the name up if the answer is yes, and its registration. */
      readonly rival?: number;
      readonly rivalEpoch?: number;
    }
  | {
      readonly op: 'register';
      readonly name: string;
      readonly process: number;
      readonly onConflict: OnLost;
      readonly timeoutMs: number;
    }
  | { readonly op: 'unregister'; readonly name: string; readonly process: number };

/** Throws InvalidMessageError. */
export function requireName(name: string, what = 'a global name'): void {
  if (isName(name)) return;
  throw new InvalidMessageError(
    `${what} is a text of 1 to ${MAX_NAME_LENGTH} characters, unlike ${describe(name)}`,
  );
}

function describe(value: unknown): string {
  return typeof value === 'string' ? `one of ${value.length} characters` : `a ${typeof value}`;
}

export function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_NAME_LENGTH;
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

const isEpoch = (value: unknown): value is number => isCount(value) && value <= MAX_EPOCH;

/** Splits what is told into messages of a bounded size. */
export function* inMessages<T>(entries: readonly T[]): Generator<T[]> {
  for (let start = 0; start < entries.length; start += ENTRIES_PER_MESSAGE) {
    yield entries.slice(start, start + ENTRIES_PER_MESSAGE);
  }
}

/** Names registered. Throws ProtocolError, as do the others. */
export function readNameEntries(wire: unknown): NameEntry[] {
  return readTuples(wire, (entry) => {
    const [name, process, epoch] = entry;
    return entry.length === 3 && isName(name) && isCount(process) && isEpoch(epoch);
  });
}

/** Names given up, or memberships: a text and a process of the sender. */
export function readPairs(wire: unknown): (readonly [text: string, process: number])[] {
  return readTuples(wire, (entry) => {
    const [text, process] = entry;
    return entry.length === 2 && isName(text) && isCount(process);
  });
}

function readTuples<T extends readonly unknown[]>(wire: unknown, fits: (entry: unknown[]) => boolean): T[] {
  if (!Array.isArray(wire) || !wire.every((entry) => Array.isArray(entry) && fits(entry))) {
    throw new ProtocolError('a list of names is not of its form');
  }
  return wire as T[];
}

export function readNameRequest(wire: unknown): NameRequest {
  const { op, name, process, epoch, rival, rivalEpoch, onConflict, timeoutMs } = fieldsOf(wire);
  if (isName(name)) {
    if (op === 'claim' && (process === undefined || isCount(process))) {
      return { op, name, ...(process === undefined ? {} : { process }) };
    }
    if (isCount(process)) {
      if (op === 'unregister') return { op, name, process };
      if (op === 'confirm' && isEpoch(epoch)) {
        if (rival === undefined) return { op, name, process, epoch };
        if (isCount(rival) && isEpoch(rivalEpoch)) return { op, name, process, epoch, rival, rivalEpoch };
      }
      if (op === 'register' && isOnLost(onConflict) && isCount(timeoutMs)) {
        return { op, name, process, onConflict, timeoutMs };
      }
    }
  }
  throw new ProtocolError('a request about a name is not of its form');
}

function isOnLost(value: unknown): value is OnLost {
  return value === 'stop' || value === 'demote';
}

/** What a peer answered to a request about a name. */
export interface NameAnswer {
  /** Yes or no, where that was asked. */
  readonly yes: boolean;
  /** The peer's Lamport time. */
  readonly epoch: number;
  /** Why it was refused. */
  readonly error?: unknown;
}

export function readNameAnswer(wire: unknown): NameAnswer {
  const { yes, epoch, error } = fieldsOf(wire);
  if (typeof yes !== 'boolean' || !isEpoch(epoch)) {
    throw new ProtocolError('an answer about a name is not of its form');
  }
  return { yes, epoch, ...(error === undefined ? {} : { error }) };
}

function fieldsOf(wire: unknown): Record<string, unknown> {
  return (typeof wire === 'object' && wire !== null ? wire : {}) as Record<string, unknown>;
}
