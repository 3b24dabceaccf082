import { ProtocolError } from '../wire/frame-reader.js';
import {
  inMessages,
  readNameAnswer,
  readNameEntries,
  readNameRequest,
  readPairs,
  requireName,
} from './name-wire.js';

const long = 'x'.repeat(256);

it.each<[string, (wire: unknown) => unknown, unknown]>([
  ['names', readNameEntries, [['a', 1, 2]]],
  ['no names', readNameEntries, []],
  ['pairs', readPairs, [['a', 1]]],
  ['a claim', readNameRequest, { op: 'claim', name: 'a', process: 1 }],
  ['a claim for a process to come', readNameRequest, { op: 'claim', name: 'a' }],
  ['a question', readNameRequest, { op: 'confirm', name: 'a', process: 1, epoch: 2 }],
  ['a contest', readNameRequest, { op: 'confirm', name: 'a', process: 1, epoch: 2, rival: 3, rivalEpoch: 4 }],
  [
    'a registration',
    readNameRequest,
    { op: 'register', name: 'a', process: 1, onConflict: 'demote', timeoutMs: 100 },
  ],
  ['an end', readNameRequest, { op: 'unregister', name: 'a', process: 1 }],
  ['an answer', readNameAnswer, { yes: false, epoch: 3, error: { code: 'name_taken' } }],
])('reads %s as it was written', (_, read, wire) => {
  expect(read(wire)).toEqual(wire);
});

it.each<[string, (wire: unknown) => unknown, unknown]>([
  ['names that are no list', readNameEntries, { 0: ['a', 1, 1] }],
  ['names that are nothing', readNameEntries, undefined],
  ['an entry that is no list', readNameEntries, [['a', 1, 1], 'b']],
  ['an entry with too much', readNameEntries, [['a', 1, 1, 1]]],
  ['an empty name', readNameEntries, [['', 1, 1]]],
  ['a name that is too long', readNameEntries, [[long, 1, 1]]],
  ['a process below 0', readNameEntries, [['a', -1, 1]]],
  ['a process that is no number', readPairs, [['a', '1']]],
  ['an absurd epoch', readNameEntries, [['a', 1, 2 ** 52 + 2]]],
  ['a request that is nothing', readNameRequest, null],
  ['an unknown request', readNameRequest, { op: 'steal', name: 'a', process: 1 }],
  ['a claim without a name', readNameRequest, { op: 'claim', process: 1 }],
  [
    'a contest without an epoch',
    readNameRequest,
    { op: 'confirm', name: 'a', process: 1, epoch: 2, rival: 3 },
  ],
  [
    'a registration with code',
    readNameRequest,
    { op: 'register', name: 'a', process: 1, onConflict: 'run', timeoutMs: 1 },
  ],
  [
    'a registration without time',
    readNameRequest,
    { op: 'register', name: 'a', process: 1, onConflict: 'stop' },
  ],
  ['an answer that is none', readNameAnswer, { epoch: 3 }],
  ['an answer without a time', readNameAnswer, { yes: true, epoch: NaN }],
])('refuses %s', (_, read, wire) => {
  expect(() => read(wire)).toThrow(ProtocolError);
});

it('splits a table of any size into messages of at most 1000 entries, in order', () => {
  const entries = Array.from({ length: 2500 }, (_, n) => n);
  const messages = [...inMessages(entries)];
  expect(messages.map((part) => part.length)).toEqual([1000, 1000, 500]);
  expect(messages.flat()).toEqual(entries);
  expect([...inMessages([])]).toEqual([]);
});

it.each([['', long, 5, undefined]])('says what a name is when it is given %j', (...bad) => {
  for (const name of bad) {
    expect(() => requireName(name as string)).toThrow(
      /text of 1 to 255 characters, unlike (one of \d+|a \w+)/,
    );
  }
  expect(() => requireName('x'.repeat(255))).not.toThrow();
});
