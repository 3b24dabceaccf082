import { machineLoopDelay } from './loop-delay.js';

it('a loop that hung is seen with how long it hung, until it is reset', async () => {
  const delay = machineLoopDelay();
  expect(delay.worstMs()).toBe(0);
  delay.start();
  try {
    // The monitor counts from its own first tick.
    const began = performance.now();
    while (performance.now() < began + 200) await new Promise(setImmediate);
    block(400);
    while (delay.worstMs() < 300) await new Promise(setImmediate);
    expect(delay.worstMs()).toBeLessThan(5000);
    delay.reset();
    expect(delay.worstMs()).toBe(0);
  } finally {
    delay.stop();
  }
});

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
