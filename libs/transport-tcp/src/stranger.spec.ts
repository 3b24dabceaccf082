import { recogniseStranger } from './stranger.js';

function recognise(bytes: Buffer) {
  return recogniseStranger(bytes.readUInt32BE());
}

it('knows TLS', () => {
  expect(recognise(Buffer.from([0x16, 0x03, 0x01, 0x02]))).toEqual({
    code: 'wrong_secret',
    message: expect.stringMatching(/speaks TLS.*CLUSTER_SECRET/),
  });
});

it.each(['GET / HTTP/1.1', 'POST /', 'HTTP/1.1 400'])('knows HTTP: %s', (text) => {
  expect(recognise(Buffer.from(text))).toEqual({
    code: 'not_noex',
    message: expect.stringContaining('speaks HTTP'),
  });
});

it('takes the rest for what it is', () => {
  expect(recognise(Buffer.from('SSH-2.0'))).toEqual({
    code: 'not_noex',
    message: expect.stringContaining('not a noex node'),
  });
});
