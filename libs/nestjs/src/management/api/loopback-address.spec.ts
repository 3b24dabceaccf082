import { isLoopbackAddress } from './loopback-address.js';

it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1', '::FFFF:127.0.0.1'])(
  'takes %s for this machine',
  (address) => expect(isLoopbackAddress(address)).toBe(true),
);

it.each([
  undefined,
  '',
  '10.0.0.1',
  '::ffff:10.0.0.1',
  '::',
  '0.0.0.0',
  'fe80::1',
  '127.evil.example',
  '1270.0.0.1',
  'localhost',
])('takes %j for another one', (address) => expect(isLoopbackAddress(address)).toBe(false));
