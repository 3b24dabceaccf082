import { RemoteError, type ExitReason } from '@noex/contracts';
import { decodeExitReason, encodeExitReason, readErrorData } from './exit-reason.codec.js';
import { PayloadCodec } from './payload-codec.js';

const codec = new PayloadCodec();
const cross = (reason: ExitReason) => decodeExitReason(codec.copy(encodeExitReason(reason)));

it.each<[ExitReason]>([
  ['normal'],
  ['shutdown'],
  ['killed'],
  ['noproc'],
  ['bored'],
  [{ shutdown: { code: 3 } }],
])('%j arrives as it is', (reason) => {
  expect(cross(reason)).toEqual(reason);
});

it('an error arrives as a RemoteError with its name, message, code and data', () => {
  const reason = cross(Object.assign(new TypeError('bad'), { code: 'E_BAD', data: { at: 3 } }));
  expect(reason).toBeInstanceOf(RemoteError);
  expect(reason).toMatchObject({
    name: 'TypeError',
    message: 'bad',
    remoteCode: 'E_BAD',
    remoteData: { at: 3 },
  });
});

it('an error that crossed twice is still the first one', () => {
  const once = cross(Object.assign(new TypeError('bad'), { code: 7 }));
  expect(cross(once)).toMatchObject({ name: 'TypeError', message: 'bad', remoteCode: 7 });
});

it.each([[undefined], [null], [5], [[]], [{}], [new Map()]])('%p reads as a shutdown', (wire) => {
  expect(decodeExitReason(wire)).toBe('shutdown');
});

it('error data is well-formed whatever was sent', () => {
  const empty = { name: 'Error', message: '' };
  for (const wire of [undefined, null, 1, 'x', [], {}, { name: 1, message: {}, code: {} }]) {
    expect(readErrorData(wire)).toEqual(empty);
  }
  expect(readErrorData({ name: 'N', message: 'm', code: 0, data: null, more: 1 })).toEqual({
    name: 'N',
    message: 'm',
    code: 0,
    data: null,
  });
});
