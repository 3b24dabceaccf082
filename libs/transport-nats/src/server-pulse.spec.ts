import { VirtualClock } from '@noex/testing';
import { PULSE_MS, ServerPulse } from './server-pulse.js';

function watching() {
  const clock = new VirtualClock();
  const asked: (() => void)[] = [];
  let received = 0;
  let silences = 0;
  const pulse = new ServerPulse({
    clock,
    ask: () => new Promise((resolve) => asked.push(resolve)),
    received: () => received,
    silent: () => void silences++,
  });
  pulse.start();
  return { clock, asked, pulse, receive: () => void received++, silences: () => silences };
}

it('a server that answers is asked at every look, and left in peace', async () => {
  const { clock, asked, silences } = watching();
  for (let n = 1; n <= 10; n++) {
    await clock.advance(PULSE_MS);
    expect(asked).toHaveLength(n);
    asked.at(-1)!();
  }
  expect(silences()).toBe(0);
});

it('a server that no longer answers is given up after three looks in a row, once', async () => {
  const { clock, silences } = watching();
  await clock.advance(4 * PULSE_MS - 1);
  expect(silences()).toBe(0);
  await clock.advance(1);
  expect(silences()).toBe(1);
  await clock.advance(60_000);
  expect([silences(), clock.pending]).toEqual([1, 0]);
});

it('whatever it sends is a sign of life', async () => {
  const { clock, receive, silences } = watching();
  for (let n = 0; n < 20; n++) {
    await clock.advance(PULSE_MS);
    receive();
  }
  expect(silences()).toBe(0);
});

it('a node that hangs itself blames no server', async () => {
  const { clock, asked, silences } = watching();
  for (let n = 0; n < 10; n++) {
    clock.stall(5 * PULSE_MS);
    await clock.advance(0);
  }
  expect(silences()).toBe(0);
  asked[0]!();
  await clock.advance(10);
  expect(silences()).toBe(0);
});
