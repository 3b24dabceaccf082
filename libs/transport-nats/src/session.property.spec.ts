import fc from 'fast-check';
import { SessionPair, tampered } from './session-pair.spec-support.js';

/** What a server, a network and a stranger may do between two nodes. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      by: fc.constantFrom('a' as const, 'b' as const),
      size: fc.nat(3_000),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('deliver' as const), count: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lose' as const), count: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('repeat' as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('swap' as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('tamper' as const), at: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('outage' as const),
      of: fc.constantFrom('a' as const, 'b' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(2_000) }) },
);

it('whatever is lost, repeated, changed or out of order: all frames that were taken arrive, whole, once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const pair = await SessionPair.up({ windowBytes: 6_000, maxQueuedBytes: 20_000, maxFrameBytes: 4_000 });
      const { underWay, clock } = pair;
      const taken = { a: [] as number[], b: [] as number[] };
      for (const act of steps) {
        switch (act.do) {
          case 'send': {
            const frame = Buffer.alloc(4 + act.size);
            frame.writeUInt32BE(taken[act.by].length);
            if (pair.side(act.by).session.send(frame)) taken[act.by].push(frame.length);
            await Promise.resolve();
            break;
          }
          case 'deliver':
            for (let n = 0; n < act.count; n++) pair.deliver();
            break;
          case 'lose':
            underWay.splice(0, act.count);
            break;
          case 'repeat':
            if (underWay.length > 0) underWay.push(underWay[act.at % underWay.length]!);
            break;
          case 'swap':
            if (underWay.length > 1) underWay.push(...underWay.splice(act.at % underWay.length, 1));
            break;
          case 'tamper':
            if (underWay.length > 0) pair.deliver(tampered(underWay[0]!.message, act.at));
            break;
          case 'outage': {
            const side = pair.side(act.of);
            side.isUp = false;
            underWay.splice(0, underWay.length, ...underWay.filter(({ to }) => to !== act.of));
            side.isUp = true;
            side.session.reconnected();
            break;
          }
          case 'pass':
            await clock.advance(act.ms);
            break;
        }
      }
      // From here on nothing is lost, and both sides look after what is missing.
      for (let look = 0; look < 12; look++) {
        await pair.settle();
        await clock.advance(1_000);
        pair.a.session.look();
        pair.b.session.look();
      }
      await pair.settle();
      const got = (frames: Buffer[]) => frames.map((frame) => [frame.readUInt32BE(), frame.length]);
      expect(got(pair.b.frames)).toEqual(taken.a.map((length, n) => [n, length]));
      expect(got(pair.a.frames)).toEqual(taken.b.map((length, n) => [n, length]));
      expect([...pair.a.events, ...pair.b.events].filter((event) => event.startsWith('down'))).toEqual([]);
      expect([pair.a.session.queuedBytes, pair.b.session.queuedBytes]).toEqual([0, 0]);
    }),
    { numRuns: 300 },
  );
});
