import { memoryArbiter } from '@noex/testing';
import { createArbiter } from './cluster-arbiter.js';
import { resolve } from './options/resolve-options.spec-support.js';

afterEach(() => {
  jest.resetModules();
  jest.dontMock('@noex/transport-nats');
});

const withoutPackage = () =>
  jest.doMock('@noex/transport-nats', () => {
    throw new Error('Cannot find module');
  });

it('is nobody by default, and loads no package', async () => {
  withoutPackage();
  await expect(createArbiter(resolve({}))).resolves.toBeUndefined();
});

it('is the one that was given in code', async () => {
  const arbiter = memoryArbiter();
  await expect(createArbiter(resolve({ arbiter }, { CLUSTER_ARBITER: 'nats' }))).resolves.toBe(arbiter);
});

it.each(['tcp', 'nats'])('is on the servers of NATS, beside the transport %s', async (CLUSTER_TRANSPORT) => {
  const natsArbiter = jest.fn(() => 'the arbiter');
  jest.doMock('@noex/transport-nats', () => ({ natsArbiter }));
  const env = { CLUSTER_TRANSPORT, CLUSTER_ARBITER: 'nats', CLUSTER_NAME: 'shop', NATS_URL: 'a:1,b:2' };
  await expect(createArbiter(resolve({}, env))).resolves.toBe('the arbiter');
  expect(natsArbiter.mock.calls).toEqual([[{ clusterName: 'shop', servers: ['a:1', 'b:2'] }]]);
});

it('says what to install where its package is missing', async () => {
  withoutPackage();
  await expect(createArbiter(resolve({ arbiter: 'nats' }))).rejects.toMatchObject({
    code: 'invalid_options',
    message: expect.stringMatching(/arbiter "nats" \(CLUSTER_ARBITER\).*npm install @noex\/transport-nats/),
  });
});
