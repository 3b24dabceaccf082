import { silentLogger } from '@noex/contracts';
import { createTransport } from './cluster-transport.js';
import { resolve } from './options/resolve-options.spec-support.js';

describe('the transport nats', () => {
  afterEach(() => {
    jest.resetModules();
    jest.dontMock('@noex/transport-nats');
  });

  it('is given the servers and the secret', async () => {
    const nats = jest.fn(() => ({ maxFrameBytes: 1 }));
    jest.doMock('@noex/transport-nats', () => ({ nats }));
    const options = resolve({ transport: 'nats', nats: { servers: ['a:1'] }, clusterSecret: 'one,two' });
    await expect(createTransport(options, silentLogger)).resolves.toEqual({ maxFrameBytes: 1 });
    expect(nats).toHaveBeenCalledWith({
      servers: ['a:1'],
      secrets: ['one', 'two'],
      insecure: false,
      logger: silentLogger,
    });
  });

  it('says what to install where its package is missing', async () => {
    jest.doMock('@noex/transport-nats', () => {
      throw new Error('Cannot find module');
    });
    await expect(createTransport(resolve({ transport: 'nats' }), silentLogger)).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringContaining('npm install @noex/transport-nats'),
    });
  });

  it('asks for a secret where a server is beyond this machine', async () => {
    const options = resolve({ transport: 'nats', nats: { servers: ['nats://nats.example'] } });
    await expect(createTransport(options, silentLogger)).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringContaining('set CLUSTER_SECRET'),
    });
  });
});

it('is not loaded for the mesh', async () => {
  jest.doMock('@noex/transport-nats', () => {
    throw new Error('Cannot find module');
  });
  const transport = await createTransport(resolve({}), silentLogger);
  expect(transport.maxFrameBytes).toBeGreaterThan(0);
  jest.dontMock('@noex/transport-nats');
});
