import { VirtualClock } from './virtual-clock.js';

it('passes only when it is told to', async () => {
  const clock = new VirtualClock(100);
  expect(clock.now()).toBe(100);
  await clock.advance(50);
  expect(clock.now()).toBe(150);
});

it('fires what falls due in the order of the due times, then of the calls, each at its own time', async () => {
  const clock = new VirtualClock();
  const fired: string[] = [];
  const at = (name: string, ms: number) => clock.setTimeout(() => fired.push(`${name}@${clock.now()}`), ms);
  at('late', 30);
  at('first', 10);
  at('second', 10);
  at('later', 31);
  await clock.advance(30);
  expect(fired).toEqual(['first@10', 'second@10', 'late@30']);
  expect(clock.pending).toBe(1);
});

it('fires what a timer sets up, if it falls due in the time that passes', async () => {
  const clock = new VirtualClock();
  const fired: number[] = [];
  const again = () => {
    fired.push(clock.now());
    clock.setTimeout(again, 10);
  };
  clock.setTimeout(again, 10);
  await clock.advance(35);
  expect(fired).toEqual([10, 20, 30]);
});

it('lets promises and immediates run between two timers', async () => {
  const clock = new VirtualClock();
  const order: string[] = [];
  clock.setTimeout(() => {
    order.push('first');
    void Promise.resolve().then(() => setImmediate(() => order.push('what it began')));
  }, 1);
  clock.setTimeout(() => order.push('second'), 2);
  await clock.advance(5);
  expect(order).toEqual(['first', 'what it began', 'second']);
});

it('lets run between two timers whatever it is told to wait for', async () => {
  const order: string[] = [];
  const clock = new VirtualClock(0, async () => void order.push('settled'));
  clock.setTimeout(() => order.push('first'), 1);
  clock.setTimeout(() => order.push('second'), 2);
  await clock.advance(5);
  expect(order).toEqual(['settled', 'first', 'settled', 'second', 'settled']);
});

it('does not fire what was cleared, even by a timer of the same time', async () => {
  const clock = new VirtualClock();
  const never = jest.fn();
  clock.setTimeout(() => clock.clearTimeout(other), 10);
  const other = clock.setTimeout(never, 10);
  await clock.advance(20);
  expect(never).not.toHaveBeenCalled();
  expect(clock.pending).toBe(0);
});

it('after a stall fires what was due at the time it is then', async () => {
  const clock = new VirtualClock();
  const fired: number[] = [];
  clock.setTimeout(() => fired.push(clock.now()), 10);
  clock.stall(25);
  expect(fired).toEqual([]);
  await clock.advance(0);
  expect(fired).toEqual([25]);
});

it.each([2 ** 31, Infinity, NaN])('refuses a delay of %p, which the machine would not wait for', (ms) => {
  expect(() => new VirtualClock().setTimeout(() => {}, ms)).toThrow(RangeError);
});
