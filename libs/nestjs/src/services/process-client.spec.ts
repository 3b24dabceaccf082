import { inspect } from 'node:util';
import { processClient } from './process-client.js';

interface Cart {
  add(item: { sku: string }): number;
  total(): number;
}

const call = jest.fn((..._: unknown[]) => Promise.resolve(7));
beforeEach(() => void call.mockClear());

it('calls the handler of the name of the method, with its payload and options', async () => {
  const client = processClient<Cart>(call, undefined);
  expect(await client.add({ sku: 'A1' }, { timeoutMs: 9 })).toBe(7);
  expect(await client.total()).toBe(7);
  expect(call.mock.calls).toEqual([
    ['add', { sku: 'A1' }, { timeoutMs: 9 }],
    ['total', undefined, undefined],
  ]);
});

it("has options for all calls, which give way to a call's own", async () => {
  const client = processClient<Cart>(call, { timeoutMs: 100, headers: { a: '1' } });
  await client.total();
  await client.total(undefined, { timeoutMs: 5 });
  expect(call.mock.calls.map(([, , options]) => options)).toEqual([
    { timeoutMs: 100, headers: { a: '1' } },
    { timeoutMs: 5, headers: { a: '1' } },
  ]);
});

it('makes each method once', () => {
  const client = processClient<Cart>(call, undefined);
  expect(client.add).toBe(client.add);
  expect(client.add).not.toBe(client.total);
});

it('can be awaited, printed and made JSON of without a call', async () => {
  const client = processClient<Cart>(call, undefined);
  expect(await client).toBe(client);
  expect(JSON.stringify({ client })).toBe('{"client":{}}');
  inspect(client);
  expect(call).not.toHaveBeenCalled();
});

it.each([
  'onModuleInit',
  'onApplicationBootstrap',
  'onModuleDestroy',
  'beforeApplicationShutdown',
  'onApplicationShutdown',
  'beforeDrain',
])('as a provider it has no %s that Nest could call', (hook) => {
  expect((processClient(call, undefined) as Record<string, unknown>)[hook]).toBeUndefined();
});
