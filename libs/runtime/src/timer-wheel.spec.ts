import { VirtualClock } from '@noex/testing';
import { TimerWheel, WheelEntry } from './timer-wheel.js';

class Timer extends WheelEntry {
  constructor(private readonly fire: () => void) {
    super();
  }
  override expire(): void {
    this.fire();
  }
}

function setup(start = 0) {
  const clock = new VirtualClock(start);
  const wheel = new TimerWheel(clock);
  const fired: string[] = [];
  const add = (name: string, delayMs: number, also?: () => void) => {
    const timer = new Timer(() => {
      fired.push(`${name}@${clock.now()}`);
      also?.();
    });
    wheel.add(timer, delayMs);
    return timer;
  };
  return { clock, wheel, fired, add };
}

it('fires an entry once, at its due time or up to one tick later, never before', async () => {
  const { clock, wheel, fired, add } = setup(3);
  add('a', 20);
  await clock.advance(26);
  expect(fired).toEqual([]);
  await clock.advance(1);
  expect(fired).toEqual(['a@30']);
  await clock.advance(100_000);
  expect(fired).toHaveLength(1);
  expect(wheel.size).toBe(0);
});

it('fires entries in the order of their ticks, and those of one tick in the order they were added', async () => {
  const { clock, fired, add } = setup();
  add('b', 30);
  add('a', 20);
  add('c', 30);
  await clock.advance(50);
  expect(fired).toEqual(['a@20', 'b@30', 'c@30']);
});

it('fires at the next tick where the delay is zero or negative', async () => {
  const { clock, fired, add } = setup();
  add('zero', 0);
  add('negative', -5);
  await clock.advance(10);
  expect(fired).toEqual(['zero@10', 'negative@10']);
});

it('never fires an entry without limit, nor holds it', async () => {
  const { clock, wheel, add } = setup();
  wheel.remove(add('never', Infinity));
  expect(wheel.size).toBe(0);
  expect(clock.pending).toBe(0);
});

it('does not fire what was removed, and takes a second removal as nothing', async () => {
  const { clock, wheel, fired, add } = setup();
  const timer = add('a', 20);
  wheel.remove(timer);
  wheel.remove(timer);
  await clock.advance(100);
  expect(fired).toEqual([]);
  expect(wheel.size).toBe(0);
});

it('keeps one timer of the clock while it holds entries, and none once it is idle', async () => {
  const { clock, wheel, add } = setup();
  add('a', 100);
  wheel.remove(add('b', 50));
  add('c', 70);
  expect(clock.pending).toBe(1);
  await clock.advance(200);
  expect(clock.pending).toBe(0);
});

it('fires an entry beyond one turn of the wheel in its own turn', async () => {
  const { clock, fired, add } = setup();
  add('far', 5_120 * 3 + 40);
  add('near', 40);
  await clock.advance(15_399);
  expect(fired).toEqual(['near@40']);
  await clock.advance(1);
  expect(fired).toEqual(['near@40', 'far@15400']);
});

it('waits for months without asking the machine for a timer that long', async () => {
  const { clock, fired, add } = setup();
  add('far', 3e9);
  await clock.advance(60_000);
  expect(fired).toEqual([]);
});

it('after a stall of several turns fires all that fell due, once', async () => {
  const { clock, fired, add } = setup();
  for (const delay of [10, 500, 5_130, 20_000, 60_000]) add(String(delay), delay);
  clock.stall(30_000);
  await clock.advance(0);
  expect(fired.sort()).toEqual(['10@30000', '20000@30000', '500@30000', '5130@30000']);
  await clock.advance(30_000);
  expect(fired).toHaveLength(5);
});

describe('an entry that fires', () => {
  it('may add others: they and those that wait are in time', async () => {
    const { clock, fired, add } = setup();
    add('first', 10, () => add('added', 1_000));
    add('waiting', 40);
    await clock.advance(2_000);
    expect(fired).toEqual(['first@10', 'waiting@40', 'added@1010']);
  });

  it('may remove its neighbours', async () => {
    const { clock, wheel, fired, add } = setup();
    add('first', 10, () => [second, third].forEach((timer) => wheel.remove(timer)));
    const second = add('second', 10);
    const third = add('third', 10);
    add('fourth', 10);
    await clock.advance(100);
    expect(fired).toEqual(['first@10', 'fourth@10']);
    expect(wheel.size).toBe(0);
  });

  it('may put off its neighbour', async () => {
    const { clock, wheel, fired, add } = setup();
    add('first', 10, () => {
      wheel.remove(second);
      wheel.add(second, 50);
    });
    const second = add('second', 10);
    add('third', 10);
    add('other slot', 60);
    await clock.advance(100);
    expect(fired).toEqual(['first@10', 'third@10', 'other slot@60', 'second@60']);
    expect(wheel.size).toBe(0);
  });

  it('may put itself off by a whole turn', async () => {
    const { clock, wheel, fired, add } = setup();
    const timer: Timer = add('again', 10, () => {
      if (fired.length < 3) wheel.add(timer, 5_120);
    });
    await clock.advance(20_000);
    expect(fired).toEqual(['again@10', 'again@5130', 'again@10250']);
  });

  it('may close the wheel', async () => {
    const { clock, wheel, fired, add } = setup();
    add('first', 10, () => wheel.close());
    add('second', 10);
    add('third', 20);
    await clock.advance(100);
    expect(fired).toEqual(['first@10']);
    expect(wheel.size).toBe(0);
  });
});

it('forgets all when it is closed; what it held may still be removed, and it can be used again', async () => {
  const { clock, wheel, fired, add } = setup();
  const timer = add('a', 20);
  add('b', 9_000);
  wheel.close();
  wheel.remove(timer);
  expect([wheel.size, clock.pending]).toEqual([0, 0]);
  await clock.advance(10_000);
  add('again', 20);
  await clock.advance(100);
  expect(fired).toEqual(['again@10020']);
});
