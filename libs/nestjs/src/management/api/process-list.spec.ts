import fc from 'fast-check';
import { ProcessRef } from '@noex/contracts';
import type { ProcessInfo } from '@noex/runtime';
import { describeProcess, pickProcesses, readProcessQuery } from './process-list.js';

const info = (id: number, overrides: Partial<ProcessInfo> = {}): ProcessInfo => ({
  ref: new ProcessRef('n1', 1, id),
  behavior: 'cart',
  status: 'idle',
  suspended: false,
  stateName: undefined,
  mailboxDepth: 0,
  mailboxHighWater: 0,
  handled: 0,
  busyMs: 0,
  names: [],
  links: [],
  monitors: [],
  monitoredBy: 0,
  parent: undefined,
  ...overrides,
});

const anyInfos = fc
  .array(fc.record({ behavior: fc.constantFrom('cart', 'door'), weight: fc.nat(5) }), { maxLength: 60 })
  .map((all) =>
    all.map(({ behavior, weight }, id) =>
      info(id, { behavior, mailboxDepth: weight, busyMs: 5 - weight, handled: (weight * 7) % 5 }),
    ),
  );
const anySort = fc.constantFrom('mailbox' as const, 'busy' as const, 'handled' as const);
const BY = { mailbox: 'mailboxDepth', busy: 'busyMs', handled: 'handled' } as const;

describe('a list of processes', () => {
  it('is the beginning of all that fit, sorted as a whole, however many there are', () => {
    fc.assert(
      fc.property(
        anyInfos,
        anySort,
        fc.integer({ min: 1, max: 10 }),
        fc.boolean(),
        (all, sort, limit, one) => {
          const fitting = one ? all.filter(({ behavior }) => behavior === 'cart') : all;
          const sorted = [...fitting].sort((a, b) => b[BY[sort]] - a[BY[sort]]);
          const picked = pickProcesses(all.values(), { limit, sort, ...(one ? { behavior: 'cart' } : {}) });
          expect(picked).toEqual({ total: fitting.length, processes: sorted.slice(0, limit) });
        },
      ),
    );
  });

  it.each(['limit=0', 'limit=10001', 'limit=1.5', 'limit=x', 'sort=age', 'sort=toString'])(
    'cannot be asked for by %s',
    (text) => {
      expect(() => readProcessQuery(new URLSearchParams(text))).toThrow(/has to be/);
    },
  );

  it('is asked for as a hundred by mailbox where nothing is said', () => {
    expect(readProcessQuery(new URLSearchParams(''))).toEqual({ limit: 100, sort: 'mailbox' });
    expect(readProcessQuery(new URLSearchParams('behavior=cart&limit=5&sort=busy'))).toEqual({
      behavior: 'cart',
      limit: 5,
      sort: 'busy',
    });
  });

  it('shows both kinds of names, and counts relations', () => {
    const other = new ProcessRef('n1', 1, 9);
    const process = info(3, {
      names: ['here'],
      links: [other],
      monitors: [other, other],
      parent: other,
      busyMs: 1.26,
    });
    expect(describeProcess(process, new Map([['n1~1~3', ['everywhere']]]))).toMatchObject({
      process: 'n1~1~3',
      names: ['here', 'everywhere'],
      links: 1,
      monitors: 2,
      parent: 'n1~1~9',
      busyMs: 1.3,
    });
  });
});
