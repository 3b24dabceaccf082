import { BadRequestException, HttpException } from '@nestjs/common';
import { httpStatusOf } from './http-status.js';
import {
  CallTimeoutError,
  DrainingError,
  InvalidMessageError,
  ProcessNotFoundError,
  RemoteError,
  SerializationError,
  toErrorData,
} from './errors.js';

it.each([
  ['an HttpException', new HttpException('tea', 418), 418],
  ['an error of http-errors', Object.assign(new Error('gone'), { status: 410, statusCode: 410 }), 410],
  ['an error with a status of another kind', Object.assign(new Error('x'), { status: 'open' }), undefined],
  ['an error that claims success', Object.assign(new Error('x'), { status: 200 }), undefined],
  ['a plain error', new Error('x'), undefined],
])('reads what status %s asks for', (_, error, status) => {
  expect(httpStatusOf(error)).toBe(status);
});

it.each([
  [new ProcessNotFoundError('x'), 404, true],
  [new InvalidMessageError('x'), 400, true],
  [new DrainingError('x'), 503, false],
  [new CallTimeoutError('x'), 504, false],
  [new SerializationError('x'), 500, false],
])(
  '%s has a status that web servers go by, and tells its message only where the client is at fault',
  (error, status, expose) => {
    expect({ ...pick(error) }).toEqual({ status, statusCode: status, expose });
  },
);

it('crosses nodes: a RemoteError has the status and the response of the HttpException that the handler threw', () => {
  const thrown = new BadRequestException(['sku is missing', 'quantity is negative']);
  const remote = new RemoteError(structuredClone(toErrorData(thrown)));
  expect(pick(remote)).toEqual({ status: 400, statusCode: 400, expose: true });
  expect(remote.remoteData).toEqual(thrown.getResponse());
  // Once more, as from a process that only passed it on.
  expect(pick(new RemoteError(toErrorData(remote)))).toEqual(pick(remote));
});

it('a handler that throws a plain error is a 500 that tells nothing of it', () => {
  expect(pick(new RemoteError(toErrorData(new Error('the password is hunter2'))))).toEqual({
    status: 500,
    statusCode: 500,
    expose: false,
  });
});

function pick({ status, statusCode, expose }: { status: number; statusCode: number; expose: boolean }) {
  return { status, statusCode, expose };
}
