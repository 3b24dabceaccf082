import { ProcessRef } from '@noex/contracts';
import { RouteTable } from './route-table.js';

const [a, b, c] = [1, 2, 3].map((id) => new ProcessRef('node', 1, id)) as [
  ProcessRef,
  ProcessRef,
  ProcessRef,
];
const group = (kind: 'message' | 'event', service: string) => ({ kind, service, key: '=sum' });

let table: RouteTable;

beforeEach(() => (table = new RouteTable()));

it('puts each server first in turn, those of all service groups', () => {
  table.set(group('message', 'one'), [a, b]);
  table.set(group('message', 'two'), [c]);
  const firsts = [1, 2, 3, 4].map(() => table.servers('=sum')[0]);
  expect(firsts).toEqual([a, b, c, a]);
  expect(table.servers('=sum')).toHaveLength(3);
});

it('gives the takers of an event by service group, handlers of requests among them', () => {
  table.set(group('event', 'one'), [a, b]);
  table.set(group('message', 'two'), [c]);
  expect(table.subscribers('=sum')).toEqual([[a, b], [c]]);
  expect(table.subscribers('=sum')).toEqual([[b, a], [c]]);
});

it('asks no handler of events for an answer', () => {
  table.set(group('event', 'one'), [a]);
  expect(table.servers('=sum')).toEqual([]);
});

it('forgets those that left, and a pattern that nobody serves', () => {
  table.set(group('message', 'one'), [a, b]);
  table.set(group('message', 'one'), [b]);
  expect(table.servers('=sum')).toEqual([b]);
  table.set(group('message', 'one'), []);
  expect(table.servers('=sum')).toEqual([]);
  expect(table.subscribers('=sum')).toEqual([]);
});
