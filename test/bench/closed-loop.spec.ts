import { castLoop } from '../../bench/src/harness/cast-loop.js';
import { closedLoop } from '../../bench/src/harness/closed-loop.js';
import { payloadOf, PAYLOAD_SIZES } from '../../bench/src/harness/payload.js';
import { PayloadCodec } from '@noex/cluster';

const nextTurn = (): Promise<void> => new Promise(setImmediate);

describe('a closed loop', () => {
  it.each([1, 7])('keeps %i under way, never more, and ends when the last one has', async (inFlight) => {
    let underWay = 0;
    let most = 0;
    const operation = async (): Promise<void> => {
      most = Math.max(most, ++underWay);
      await nextTurn();
      underWay--;
    };
    await closedLoop(operation, { inFlight, ms: 5 });
    expect([most, underWay]).toEqual([inFlight, 0]);
  });

  it('counts what ended in time', async () => {
    let begun = 0;
    const { ops, opsPerSec, p50Us, p99Us } = await closedLoop(() => (begun++, nextTurn()), {
      inFlight: 4,
      ms: 5,
    });
    expect(ops).toBeGreaterThan(0);
    expect(begun - ops!).toBeLessThanOrEqual(4);
    expect(opsPerSec).toBeGreaterThan(0);
    expect(p99Us).toBeGreaterThanOrEqual(p50Us!);
  });

  it('fails with what an operation fails with', async () => {
    await expect(
      closedLoop(() => Promise.reject(new Error('broken')), { inFlight: 2, ms: 5 }),
    ).rejects.toThrow('broken');
  });
});

describe('a loop of casts', () => {
  it('counts what was taken, not what was sent, and waits for room where there is none', async () => {
    let sent = 0;
    let waited = 0;
    const { ops } = await castLoop(
      {
        cast: () => ++sent % 100 !== 0,
        room: () => (waited++, nextTurn()),
        taken: () => Promise.resolve(10 + Math.floor(sent / 2)),
      },
      5,
    );
    expect(ops).toBe(Math.floor(sent / 2));
    expect(waited * 100).toBe(sent);
  });
});

describe('a payload', () => {
  it.each(PAYLOAD_SIZES)('of %i bytes has that many on the wire', (size) => {
    const { start, end } = new PayloadCodec().encode(payloadOf(size));
    expect(end - start).toBe(size);
  });
});
