import { CallTimeoutError, ProcessNotFoundError, ProcessRef, RemoteError } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { PendingCall } from './pending-call.js';
import { TimerWheel } from './timer-wheel.js';

class Observed extends PendingCall {
  endings = 0;
  lateAnswers = 0;
  protected override ended(): void {
    this.endings++;
  }
  protected override late(): void {
    this.lateAnswers++;
  }
}

function setup(options: { timeoutMs?: number; signal?: AbortSignal } = {}) {
  const clock = new VirtualClock();
  const wheel = new TimerWheel(clock);
  const ends: unknown[] = [];
  const end = (value: unknown) => void ends.push(value);
  const to = new ProcessRef('n1', 1, 1);
  const call = new Observed(end, end, wheel, to, 'add', options.timeoutMs ?? 100, options.signal);
  return { clock, wheel, ends, call };
}

type Ending = (given: ReturnType<typeof setup>, abort: AbortController) => unknown;
const endings: [string, Ending, unknown][] = [
  ['reply', ({ call }) => call.ok(1), 1],
  ['failure', ({ call }) => call.fail(new ProcessNotFoundError('gone')), expect.any(ProcessNotFoundError)],
  ['error', ({ call }) => call.threw({ name: 'E', message: 'm' }, null), expect.any(RemoteError)],
  ['deadline', ({ clock }) => clock.advance(110), expect.any(CallTimeoutError)],
  ['abort', (_, abort) => abort.abort('reason'), 'reason'],
];
const pairs = endings.flatMap(([first, end, expected]) =>
  endings.map(([second, endAgain]) => [first, second, end, endAgain, expected] as const),
);

it.each(pairs)(
  'ends with the %s, and a %s after it changes nothing',
  async (_, __, end, endAgain, expected) => {
    const abort = new AbortController();
    const given = setup({ signal: abort.signal });
    expect(given.call.abandoned).toBe(false);
    await end(given, abort);
    await endAgain(given, abort);
    expect(given.ends).toEqual([expected]);
    expect(given.call.endings).toBe(1);
    expect(given.call.abandoned).toBe(true);
    expect(given.wheel.size).toBe(0);
  },
);

it('tells of an answer of the handler that comes late, not of the end of its process', async () => {
  const { clock, call } = setup();
  await clock.advance(110);
  call.fail(new ProcessNotFoundError('gone'));
  expect(call.lateAnswers).toBe(0);
  call.ok(1);
  call.threw({ name: 'E', message: 'm' }, null);
  expect(call.lateAnswers).toBe(2);
});

it('leaves no listener on the signal', () => {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  jest.spyOn(signal, 'addEventListener').mockImplementation((_, listener) => void listeners.add(listener));
  jest
    .spyOn(signal, 'removeEventListener')
    .mockImplementation((_, listener) => void listeners.delete(listener));
  const { call } = setup({ signal });
  expect(listeners.size).toBe(1);
  call.ok(1);
  expect(listeners.size).toBe(0);
});
