import fc from 'fast-check';
import { ratesBetween } from './rates.js';
import { load, peer, process } from './top.spec-support.js';

describe('rates between two looks', () => {
  it('are differences by the time between them', () => {
    const before = load(1_000, { totals: { localCalls: 10, casts: 5 }, peers: [peer('b', 100, 200)] });
    const after = load(3_000, { totals: { localCalls: 50, casts: 5 }, peers: [peer('b', 300, 1_200)] });
    expect(ratesBetween(before, after)).toMatchObject({
      seconds: 2,
      perSecond: { localCalls: 20, casts: 0 },
      peers: [{ id: 'b', bytesSentPerSecond: 100, bytesReceivedPerSecond: 500 }],
    });
  });

  it('have the busiest process first, and all that a new one did', () => {
    const before = load(0, { processes: [process('idle', 900, 9_000), process('busy', 10, 0)] });
    const after = load(2_000, {
      processes: [process('idle', 900, 9_000), process('busy', 12, 1_000), process('new', 4, 500)],
    });
    expect(ratesBetween(before, after)!.processes).toMatchObject([
      { process: 'busy', busy: 0.5, handledPerSecond: 1 },
      { process: 'new', busy: 0.25, handledPerSecond: 2 },
      { process: 'idle', busy: 0, handledPerSecond: 0 },
    ]);
  });

  it('do not take a process for new that the node may have left out before', () => {
    const after = load(1_000, { processes: [process('old', 1e6, 1e6)] });
    expect(ratesBetween(load(0, { left: 5 }), after)!.processes).toMatchObject([
      { busy: 0, handledPerSecond: 0 },
    ]);
  });

  it('count a peer anew whose connection is new', () => {
    const before = load(0, { peers: [peer('b', 1_000, 1_000)] });
    const after = load(1_000, { peers: [peer('b', 30, 40), peer('c', 5, 6)] });
    expect(ratesBetween(before, after)!.peers).toMatchObject([
      { id: 'b', bytesSentPerSecond: 30, bytesReceivedPerSecond: 40 },
      { id: 'c', bytesSentPerSecond: 5, bytesReceivedPerSecond: 6 },
    ]);
  });

  it('are none between two lives of a node', () => {
    const before = load(5_000, { totals: { spawns: 100 } });
    expect(ratesBetween(before, load(100))).toBeUndefined();
    expect(ratesBetween(before, load(9_000, { totals: { spawns: 3 } }))).toBeUndefined();
    expect(ratesBetween(before, before)).toBeUndefined();
  });

  it('are never below zero, whatever comes and goes', () => {
    const processes = fc.uniqueArray(fc.record({ id: fc.nat(5), n: fc.nat(100) }), {
      selector: ({ id }) => id,
    });
    const peers = fc.uniqueArray(fc.record({ id: fc.nat(3), n: fc.nat(100) }), { selector: ({ id }) => id });
    fc.assert(
      fc.property(processes, processes, peers, peers, fc.nat(3), (p1, p2, n1, n2, left) => {
        // A process keeps its id for life, so its counts do not fall.
        const was = new Map(p1.map(({ id, n }) => [id, n]));
        const rates = ratesBetween(
          load(0, {
            left,
            processes: p1.map(({ id, n }) => process(`${id}`, n, n)),
            peers: n1.map(({ id, n }) => peer(`${id}`, n, n)),
          }),
          load(500, {
            processes: p2.map(({ id, n }) =>
              process(`${id}`, n + (was.get(id) ?? 0), n + (was.get(id) ?? 0)),
            ),
            peers: n2.map(({ id, n }) => peer(`${id}`, n, n)),
          }),
        )!;
        const all = [
          ...rates.processes.flatMap(({ busy, handledPerSecond }) => [busy, handledPerSecond]),
          ...rates.peers.flatMap((one) => [one.bytesSentPerSecond, one.bytesReceivedPerSecond]),
        ];
        expect(all.filter((rate) => !(rate >= 0))).toEqual([]);
      }),
    );
  });
});
