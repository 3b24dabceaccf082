import { CallTimeoutError, RemoteError } from '@noex/contracts';
import { ApiError, failureAnswer } from './api-error.js';

describe('the answer to what failed', () => {
  it('has the status of a wrong request, and one error', () => {
    expect(failureAnswer(new ApiError(400, 'invalid_request', 'no'))).toEqual({
      status: 400,
      headers: {},
      body: { error: { code: 'invalid_request', message: 'no' } },
    });
  });

  it('says what 401 asks for', () => {
    expect(failureAnswer(new ApiError(401, 'unauthorized', 'no'))!.headers).toEqual({
      'WWW-Authenticate': 'Bearer',
    });
  });

  it('tells a failed operation from a failed request: 502, with its code, outcome and status', () => {
    const { status, body } = failureAnswer(new CallTimeoutError('late', { ms: 5n }))!;
    expect(status).toBe(502);
    expect(body).toEqual({
      error: {
        name: 'CallTimeoutError',
        code: 'call_timeout',
        message: 'late',
        outcome: 'unknown',
        status: 504,
        data: { ms: '5' },
      },
    });
  });

  it('has the class, code and status of what a handler threw', () => {
    const thrown = new RemoteError({ name: 'ConflictException', message: 'taken', code: 'E1', status: 409 });
    expect(failureAnswer(thrown)!.body).toMatchObject({
      error: {
        name: 'ConflictException',
        code: 'remote_error',
        remoteCode: 'E1',
        outcome: 'ran',
        status: 409,
      },
    });
  });

  it('is none for a mistake of ours', () => {
    expect(failureAnswer(new TypeError('x'))).toBeUndefined();
    expect(failureAnswer('x')).toBeUndefined();
  });
});
