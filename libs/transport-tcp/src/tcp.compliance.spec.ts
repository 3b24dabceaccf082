import { createServer, type AddressInfo } from 'node:net';
import { describeTransportCompliance, type TransportComplianceEnvironment } from '@noex/testing';
import { tcp } from './tcp.transport.js';

/** A port that was free a moment ago. */
function freeAddress(): Promise<string> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(`127.0.0.1:${port}`));
    });
  });
}

function environment(secrets: string[]): TransportComplianceEnvironment {
  return {
    transport: ({ address, ...options }) =>
      tcp({
        ...options,
        reconnectMinMs: 2,
        reconnectMaxMs: 50,
        secrets,
        host: '127.0.0.1',
        port: address ? Number(address.split(':')[1]) : 0,
      }),
    address: freeAddress,
  };
}

describeTransportCompliance('tcp', () => environment([]));
describeTransportCompliance('tcp with a secret', () => environment(['compliance']), { rounds: 5 });
