import { ProcessRef } from '@noex/contracts';
import type { Messenger, ProcessContext } from '@noex/runtime';
import type { ContextPropagator } from './context-propagator.js';
import { PropagatingMessenger, Propagation } from './propagation.js';

const to = new ProcessRef('n1', 1, 1);
const log: string[] = [];
beforeEach(() => void (log.length = 0));

const marking = (name: string): ContextPropagator => ({
  send(message, next) {
    message.headers[name] = message.name;
    log.push(`send ${name}`);
    return next();
  },
  handle({ headers, behavior }, next) {
    log.push(`handle ${name} ${behavior} ${headers[name]}`);
    return next();
  },
});

const call = jest.fn((..._: unknown[]) => Promise.resolve('reply'));
const cast = jest.fn((..._: unknown[]) => true);
const castAsync = jest.fn((..._: unknown[]) => Promise.resolve());
const messenger = { call, cast, castAsync } as unknown as Messenger;

it('adds to the headers of calls and casts, and changes nothing the sender gave', async () => {
  const sending = new PropagatingMessenger(messenger, new Propagation([marking('a'), marking('b')]));
  const options = { timeoutMs: 9, headers: { own: 'x' } };
  expect(await sending.call(to, 'add', 1, options)).toBe('reply');
  expect(sending.cast(to, 'note', 2)).toBe(true);
  expect(options).toEqual({ timeoutMs: 9, headers: { own: 'x' } });
  expect(call.mock.calls[0]!.slice(1, 4)).toEqual([
    'add',
    1,
    { timeoutMs: 9, headers: { own: 'x', a: 'add', b: 'add' } },
  ]);
  expect(cast.mock.calls[0]!.slice(1, 4)).toEqual(['note', 2, { a: 'note', b: 'note' }]);
  await sending.castAsync(to, 'wait', 3, options);
  expect(castAsync.mock.calls[0]!.slice(1, 4)).toEqual([
    'wait',
    3,
    { timeoutMs: 9, headers: { own: 'x', a: 'wait', b: 'wait' } },
  ]);
  expect(log).toEqual(['send a', 'send b', 'send a', 'send b', 'send a', 'send b']);
});

const context = { self: to, headers: { a: '1', b: '2' } } as unknown as ProcessContext;
const definition = { kind: 'call', name: 'add', method: 'add', states: [] } as const;

it('surrounds a handler, the first propagator outermost', () => {
  const handler = new Propagation([marking('a'), marking('b')]).handler('cart', definition, () => {
    log.push('handler');
    return 7;
  });
  expect(handler({}, 1, context)).toBe(7);
  expect(log).toEqual(['handle a cart 1', 'handle b cart 2', 'handler']);
});

it('leaves a handler as it is where there is nothing to carry, and what the runtime tells in any case', () => {
  const run = () => 7;
  expect(new Propagation([]).handler('cart', definition, run)).toBe(run);
  expect(new Propagation([marking('a')]).handler('cart', { ...definition, kind: 'down' }, run)).toBe(run);
});
