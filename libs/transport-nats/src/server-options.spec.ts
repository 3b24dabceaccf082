import { connectionOptions, describeServers } from './server-options.js';

it('is NATS on this machine by default', () => {
  expect(connectionOptions({})).toEqual({ servers: ['127.0.0.1:4222'] });
});

it('takes the user from the URL, however it is spelled there', () => {
  expect(connectionOptions({ servers: 'nats://shop:p%40ss%3A@a:4223, nats://shop:p%40ss%3A@b' })).toEqual({
    servers: ['a:4223', 'b:4222'],
    user: 'shop',
    pass: 'p@ss:',
  });
  expect(connectionOptions({ servers: ['nats://t0ken@a'] })).toEqual({ servers: ['a:4222'], token: 't0ken' });
});

it('asks for TLS where a URL or an option says so', () => {
  expect(connectionOptions({ servers: 'tls://a' })).toMatchObject({ tls: {} });
  expect(connectionOptions({ servers: 'nats://a', tls: { caFile: '/ca' } })).toMatchObject({
    tls: { caFile: '/ca' },
  });
  expect(connectionOptions({ servers: 'nats://a' })).not.toHaveProperty('tls');
});

it('names servers without their users', () => {
  expect(describeServers({ servers: 'nats://shop:hunter2@a,tls://[fd00::1]:1' })).toBe('a:4222, [fd00::1]:1');
});
