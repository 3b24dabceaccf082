import * as errors from './errors.js';
import {
  answeredError,
  CallTimeoutError,
  exitedError,
  NoexError,
  OverloadedError,
  ProcessExitedError,
  ProcessNotFoundError,
  RemoteError,
  toErrorData,
  type Outcome,
} from './errors.js';

/** The table of the public API. */
const OUTCOMES: Record<string, [code: string, outcome: Outcome]> = {
  CallTimeoutError: ['call_timeout', 'unknown'],
  ProcessNotFoundError: ['noproc', 'not-run'],
  ProcessExitedError: ['process_exited', 'unknown'],
  NodeUnreachableError: ['node_unreachable', 'not-run'],
  NodeDownError: ['node_down', 'unknown'],
  OverloadedError: ['overloaded', 'not-run'],
  DrainingError: ['draining', 'not-run'],
  InvalidMessageError: ['invalid_message', 'not-run'],
  SerializationError: ['serialization', 'not-run'],
  MessageTooLargeError: ['message_too_large', 'not-run'],
  BehaviorNotFoundError: ['behavior_not_found', 'not-run'],
  SpawnRefusedError: ['spawn_refused', 'not-run'],
  SpawnFailedError: ['spawn_failed', 'not-run'],
  SpawnTimeoutError: ['spawn_timeout', 'not-run'],
  NameClaimTimeoutError: ['name_claim_timeout', 'not-run'],
  NoQuorumError: ['no_quorum', 'not-run'],
};
type ErrorClass = new (message: string, data?: Record<string, unknown>, options?: ErrorOptions) => NoexError;

it.each(Object.entries(OUTCOMES))(
  '%s says its code and whether the work may have run: %j',
  (name, expected) => {
    const cause = new Error('why');
    const error = new (errors[name as keyof typeof errors] as ErrorClass)('text', { a: 1 }, { cause });
    expect(error).toBeInstanceOf(NoexError);
    expect([error.name, error.code, error.outcome]).toEqual([name, ...expected]);
    expect(error.cause).toBe(cause);
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name,
      message: 'text',
      code: expected[0],
      outcome: expected[1],
      data: { a: 1 },
    });
  },
);

it('every error of ours has a code of its own', () => {
  const codes = Object.values(errors)
    .filter((value) => typeof value === 'function' && value.prototype instanceof NoexError)
    .map((value) => new (value as ErrorClass)('m', {}).code);
  expect(codes.length).toBeGreaterThan(Object.keys(OUTCOMES).length);
  expect(new Set(codes).size).toBe(codes.length);
});

describe('RemoteError', () => {
  it('looks like the error that the handler threw, and says that it ran', () => {
    const error = new RemoteError({ name: 'StockError', message: 'none left', code: 7, data: { sku: 'A1' } });
    expect(error).toMatchObject({
      name: 'StockError',
      message: 'none left',
      code: 'remote_error',
      outcome: 'ran',
      remoteCode: 7,
      remoteData: { sku: 'A1' },
    });
  });

  it('passes on as what it was at first, over any number of nodes', () => {
    const first = { name: 'StockError', message: 'none left', code: 'E', data: [1] };
    expect(toErrorData(new RemoteError(toErrorData(new RemoteError(first))))).toEqual(first);
  });
});

describe('what of a thrown value crosses to another node', () => {
  it.each<[string, unknown, object]>([
    ['an error', new RangeError('r'), { name: 'RangeError', message: 'r' }],
    [
      'a code and data',
      Object.assign(new Error('e'), { code: 'ENOENT', data: { a: 1 } }),
      { code: 'ENOENT', data: { a: 1 } },
    ],
    [
      'an error of ours',
      new OverloadedError('full', { depth: 3 }),
      { name: 'OverloadedError', code: 'overloaded', data: { depth: 3 } },
    ],
    ['a text', 'oops', { name: 'Error', message: 'oops' }],
    ['nothing', undefined, { name: 'Error', message: 'undefined' }],
    ['a symbol', Symbol('s'), { name: 'Error', message: 'Symbol(s)' }],
    ['a name that is no text', Object.assign(new Error('e'), { name: 5 }), { name: '5', message: 'e' }],
  ])('%s', (_, thrown, expected) => {
    expect(toErrorData(thrown)).toMatchObject(expected);
  });

  it('is only a code that is text or number', () => {
    expect(toErrorData(Object.assign(new Error('e'), { code: { deep: 1 } }))).toEqual({
      name: 'Error',
      message: 'e',
    });
  });

  it.each([
    ['has no text form', Object.create(null)],
    [
      'throws when it is made text',
      {
        toString: () => {
          throw new Error('hostile');
        },
      },
    ],
    [
      'throws when it is read',
      Object.defineProperty(new Error('e'), 'code', {
        get: () => {
          throw new Error('hostile');
        },
      }),
    ],
    ['is a revoked proxy', revoked()],
  ])('is something well-formed where the value %s', (_, thrown) => {
    expect(toErrorData(thrown)).toEqual({ name: 'Error', message: expect.any(String) });
  });

  function revoked() {
    const { proxy, revoke } = Proxy.revocable(new Error('e'), {});
    revoke();
    return proxy;
  }
});

describe('an answer with an error', () => {
  it.each([
    'noproc',
    'process_exited',
    'overloaded',
    'draining',
    'invalid_message',
    'spawn_failed',
    'name_taken',
    'name_claim_timeout',
    'no_quorum',
  ])('of our code %s arrives as that error', (code) => {
    expect(answeredError({ name: 'x', message: 'm', code, data: { a: 1 } })).toMatchObject({
      code,
      message: 'm',
      data: { a: 1 },
    });
  });

  it.each(['call_timeout', 'remote_error', 'ENOENT', 'toString', '__proto__', 'constructor', 7, undefined])(
    'of the code %p is none of ours',
    (code) => {
      expect(
        answeredError({ name: 'x', message: 'm', ...(code === undefined ? {} : { code }) }),
      ).toBeUndefined();
    },
  );
});

it('the end of a process is one error for who was being served, another for who waited', () => {
  const served = exitedError('n1~1~1', { shutdown: 1 }, true);
  const waited = exitedError('n1~1~1', new Error('x'), false);
  expect(served).toBeInstanceOf(ProcessExitedError);
  expect(served.data).toEqual({ process: 'n1~1~1', reason: 'shutdown' });
  expect(waited).toBeInstanceOf(ProcessNotFoundError);
  expect(waited.message).toContain('Error: x');
  expect(new CallTimeoutError('m').data).toEqual({});
});
