import type { ExitReason } from '@noex/contracts';
import fc from 'fast-check';

export const CRASH = new Error('crash');
export type Ending = 'reply' | 'throw' | 'stop' | 'crash' | 'suicide';
export type Command =
  | { kind: 'spawn'; trap: boolean; name: number }
  | { kind: 'call'; to: number; ending: Ending; slow: boolean; timeoutMs: number }
  | { kind: 'cast'; to: number; ending: Ending; slow: boolean }
  | { kind: 'chatter'; from: number; to: number; count: number }
  | { kind: 'timer'; from: number; to: number; ms: number }
  | { kind: 'link' | 'unlink' | 'monitor'; from: number; to: number }
  | { kind: 'demonitor'; from: number; which: number }
  | { kind: 'exit'; to: number; reason: ExitReason }
  | { kind: 'kill'; to: number }
  | { kind: 'release' }
  | { kind: 'rest'; ms: number };

const index = fc.nat(9);
const ending = fc.constantFrom<Ending>('reply', 'reply', 'throw', 'stop', 'crash', 'suicide');
const from = index;
const to = index;
const slow = fc.boolean();
const kind = <K extends string>(...kinds: K[]) => fc.constantFrom(...kinds);

export const exact: fc.Arbitrary<Command>[] = [
  fc.record({ kind: kind('spawn'), trap: fc.boolean(), name: fc.nat(6) }),
  fc.record({ kind: kind('spawn'), trap: fc.boolean(), name: fc.constant(9) }),
  fc.record({ kind: kind('call'), to, ending, slow: fc.constant(false), timeoutMs: fc.constant(50) }),
  fc.record({ kind: kind('cast'), to, ending, slow: fc.constant(false) }),
  fc.record({ kind: kind('link'), from, to }),
  fc.record({ kind: kind('link', 'monitor'), from, to }),
  fc.record({ kind: kind('unlink', 'monitor'), from, to }),
  fc.record({ kind: kind('demonitor'), from, which: fc.nat(3) }),
  fc.record({
    kind: kind('exit'),
    to,
    reason: fc.constantFrom<ExitReason>('normal', 'shutdown', 'odd', CRASH),
  }),
  fc.record({ kind: kind('kill'), to }),
];
export const racy: fc.Arbitrary<Command>[] = [
  ...exact,
  fc.record({ kind: kind('call'), to, ending, slow, timeoutMs: fc.constantFrom(5, 50, 5_000, Infinity) }),
  fc.record({ kind: kind('cast'), to, ending, slow }),
  fc.record({ kind: kind('chatter'), from, to, count: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: kind('timer'), from, to, ms: fc.nat(60) }),
  fc.record({ kind: kind('release') }),
  fc.record({ kind: kind('rest'), ms: fc.constantFrom(0, 0, 10, 100) }),
];
export const commands = (kinds: fc.Arbitrary<Command>[]) => fc.array(fc.oneof(...kinds), { maxLength: 40 });
