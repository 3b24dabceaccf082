import { clientTlsOptions, refuseCertificate, serverTlsOptions } from './tls-options.js';

const key = { id: 'one', key: Buffer.alloc(32, 1) };
const other = { id: 'two', key: Buffer.alloc(32, 2) };

it('accepts every key by its name, and nothing else', () => {
  const { pskCallback } = serverTlsOptions([key, other]);
  const ask = (identity: string) => pskCallback!(undefined as never, identity);
  expect([ask('one'), ask('two'), ask('three'), ask('')]).toEqual([key.key, other.key, null, null]);
});

it('trusts no certificate, whoever signed it', () => {
  const options = clientTlsOptions(key);
  expect(options.ca).toEqual([]);
  expect(options.rejectUnauthorized).toBe(true);
  expect(options.checkServerIdentity!('host', { subject: { CN: 'host' } } as never)).toBeInstanceOf(Error);
  expect(refuseCertificate({})).toBeUndefined();
});
