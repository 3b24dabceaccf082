import { InvalidOptionsError } from '@noex/contracts';
import { resolvePeerLimits } from './peer-limits.js';

it('a message may be larger than a frame of the transport, and no frame is larger than 256 KiB', () => {
  expect(resolvePeerLimits({ maxMessageBytes: 2 ** 30 }, 2 ** 20)).toMatchObject({
    maxMessageBytes: 2 ** 30,
    maxFrameBytes: 2 ** 18,
  });
  expect(resolvePeerLimits({}, 1024)).toMatchObject({ maxMessageBytes: 2 ** 24, maxFrameBytes: 1024 });
});

it('takes from a peer what a peer with the same options sends, the messages of the cluster included', () => {
  for (const maxMessageBytes of [1, 2 ** 24, 2 ** 30]) {
    const { maxInboundBytes, maxControlBytes } = resolvePeerLimits({ maxMessageBytes }, 2 ** 20);
    expect(maxInboundBytes).toBeGreaterThan(maxMessageBytes + 3 * 0xffff);
    expect(maxInboundBytes).toBeGreaterThan(maxControlBytes);
  }
});

it('refuses with one error that lists all that is out of range', () => {
  const options = { maxMessageBytes: 2 ** 30 + 1, maxQueuedBytes: 0, maxPendingCalls: NaN };
  const resolve = () => resolvePeerLimits(options, 1023);
  expect(resolve).toThrow(InvalidOptionsError);
  for (const name of [
    'maxMessageBytes',
    'maxQueuedBytes',
    'maxPendingCalls',
    'maxFrameBytes of the transport',
  ]) {
    expect(resolve).toThrow(`${name} is `);
  }
});
