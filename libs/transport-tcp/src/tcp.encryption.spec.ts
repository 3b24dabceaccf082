import type { AddressInfo } from 'node:net';
import { connect, createServer, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { ComplianceHost, TestAuthority } from '@noex/testing';
import { parseHostPort } from './address.js';
import { decodeMessage } from './handshake-messages.js';
import { deriveKey } from './key.js';
import { tcp } from './tcp.transport.js';
import { clientKeyOptions } from './tls-options.js';

const SECRET = 'a long random text';

let host: ComplianceHost;
let address: string;

beforeEach(async () => {
  host = new ComplianceHost(tcp({ host: '127.0.0.1', port: 0, secrets: [SECRET] }), {
    id: 'a',
    clusterName: 'shop',
    incarnation: 1,
  });
  address = await host.transport.start(host);
});

afterEach(() => host.close());

/** Connects as a peer would, with other options on top. */
async function dial(options: ConnectionOptions): Promise<TLSSocket> {
  const key = clientKeyOptions(await deriveKey(SECRET));
  return new Promise((resolve, reject) => {
    const socket = connect({ ...parseHostPort(address), ...key, ...options } as ConnectionOptions, () =>
      resolve(socket),
    );
    socket.once('error', reject);
  });
}

it('speaks TLS 1.3 with whoever has the secret, with a key exchange of its own for each connection', async () => {
  const socket = await dial({});
  expect(socket.getProtocol()).toBe('TLSv1.3');
  expect(socket.getEphemeralKeyInfo()).toMatchObject({ type: expect.stringMatching(/DH/) });
  socket.destroy();
});

it('speaks no older TLS, not even with the right key', async () => {
  const older = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers: 'PSK-AES128-GCM-SHA256' } as const;
  await expect(dial(older)).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_SSL|^ECONNRESET/) });
});

it('takes no certificate in place of the secret, whoever signed it, and says nothing else to who shows one', async () => {
  const { ca: _, ...shown } = new TestAuthority('everybody trusts me').issue({ name: '127.0.0.1' });
  const heard: Buffer[] = [];
  let isOver = () => {};
  const over = new Promise<void>((resolve) => (isOver = resolve));
  const impostor = createServer({ ...shown, minVersion: 'TLSv1.3' }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => heard.push(bytes)).once('close', isOver);
  });
  await new Promise<void>((resolve) => impostor.listen(0, '127.0.0.1', resolve));
  const seeds = [`127.0.0.1:${(impostor.address() as AddressInfo).port}`];
  const dialing = new ComplianceHost(tcp({ host: '127.0.0.1', port: 0, secrets: [SECRET], seeds }), {
    id: 'b',
    clusterName: 'shop',
  });
  await dialing.transport.start(dialing);
  await over;
  await dialing.close();
  await new Promise((resolve) => impostor.close(resolve));
  const bytes = Buffer.concat(heard);
  expect(bytes.readUInt32BE()).toBe(bytes.length - 4);
  expect(decodeMessage(bytes.subarray(4))).toMatchObject({ kind: 'refuse', code: 'wrong_certificate' });
});
