import { constants } from 'node:crypto';
import {
  clientCertificateOptions,
  clientKeyOptions,
  serverCertificateOptions,
  serverKeyOptions,
} from './tls-options.js';

const key = { id: 'one', key: Buffer.alloc(32, 1) };
const material = { cert: 'cert', key: 'key', ca: 'ca' };

it('accepts the keys it finds by their name at that moment, and nothing else', () => {
  const keys = new Map([['one', key]]);
  const { pskCallback } = serverKeyOptions((identity) => keys.get(identity));
  const ask = (identity: string) => pskCallback!(undefined as never, identity);
  expect([ask('one'), ask('two'), ask('')]).toEqual([key.key, null, null]);
  keys.clear();
  expect(ask('one')).toBeNull();
});

it('gives no authority a say over a link with a key', () => {
  expect(clientKeyOptions(key).ca).toEqual([]);
});

it('trusts the CA of the cluster alone, and asks for a certificate on both sides', () => {
  expect(clientCertificateOptions(material)).toMatchObject(material);
  expect(serverCertificateOptions(material)).toMatchObject({ ...material, requestCert: true });
});

it('speaks TLS 1.3 and gives out no tickets, which would outlive a secret or certificate', () => {
  for (const options of [serverKeyOptions(() => key), serverCertificateOptions(material)]) {
    expect(options).toMatchObject({ minVersion: 'TLSv1.3', secureOptions: constants.SSL_OP_NO_TICKET });
  }
  expect([clientKeyOptions(key).minVersion, clientCertificateOptions(material).minVersion]).toEqual([
    'TLSv1.3',
    'TLSv1.3',
  ]);
});
