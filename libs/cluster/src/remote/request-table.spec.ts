import fc from 'fast-check';
import { RequestTable } from './request-table.js';

interface Request {
  readonly id: number;
}

/** As a peer numbers its requests. */
function addNext(table: RequestTable<Request>, last: number): Request {
  let id = last;
  do id = (id + 1) >>> 0;
  while (table.isTaken(id));
  const request = { id };
  table.add(request);
  return request;
}

describe('a table of requests', () => {
  it('holds what a map would hold, whatever is added and deleted in whatever order, also where numbers begin again', () => {
    const steps = fc.array(fc.oneof(fc.constant('add' as const), fc.nat()), { maxLength: 600 });
    fc.assert(
      fc.property(steps, fc.constantFrom(0, 0x7fff_ff00, 0xffff_ff00), (all, start) => {
        const table = new RequestTable<Request>();
        const model = new Map<number, Request>();
        let last: number = start;
        for (const step of all) {
          if (step === 'add' || model.size === 0) {
            const request = addNext(table, last);
            last = request.id;
            expect(model.has(last)).toBe(false);
            model.set(last, request);
          } else {
            const id = [...model.keys()][step % model.size]!;
            expect(table.delete(id)).toBe(true);
            model.delete(id);
            expect(table.delete(id)).toBe(false);
            expect(table.get(id)).toBeUndefined();
          }
          expect(table.size).toBe(model.size);
        }
        for (const [id, request] of model) expect(table.get(id)).toBe(request);
        expect(new Set(table.values())).toEqual(new Set(model.values()));
      }),
    );
  });

  it('gives a number that shares the place of another to neither', () => {
    const table = new RequestTable<Request>();
    const first = addNext(table, 0);
    const alike = first.id + 64;
    expect(table.get(alike)).toBeUndefined();
    expect(table.delete(alike)).toBe(false);
    expect(table.isTaken(alike)).toBe(true);
    expect(table.get(first.id)).toBe(first);
  });

  it('passes over a request that stays for long, and grows for many', () => {
    const table = new RequestTable<Request>();
    const stays = addNext(table, 0);
    let last = stays.id;
    for (let i = 0; i < 1_000; i++) {
      const request = addNext(table, last);
      last = request.id;
      table.delete(last);
    }
    expect(table.values()).toEqual([stays]);
    const many = Array.from({ length: 10_000 }, () => {
      const request = addNext(table, last);
      last = request.id;
      return request;
    });
    expect(table.size).toBe(10_001);
    expect(many.every((request) => table.get(request.id) === request)).toBe(true);
    for (const request of many) table.delete(request.id);
    expect(table.get(stays.id)).toBe(stays);
    table.delete(stays.id);
    expect([table.size, table.values()]).toEqual([0, []]);
    expect(addNext(table, last).id).toBe(last + 1);
  });
});
