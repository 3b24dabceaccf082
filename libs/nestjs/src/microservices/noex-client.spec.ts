import { InvalidMessageError, ProcessRef } from '@noex/contracts';
import { lastValueFrom } from 'rxjs';
import { Cluster } from '@noex/cluster';
import { defineBehavior, plainDriver } from '@noex/runtime';
import { MemoryNetwork } from '@noex/transport-memory';
import { NoexClient } from './noex-client.js';
import type { RpcRequest } from './rpc-messages.js';

/** A server that does as the test says. */
let answer: (request: RpcRequest, from: ProcessRef) => unknown;
let cluster: Cluster;
let client: NoexClient;
let server: ProcessRef;
let casts: unknown[];

beforeEach(async () => {
  cluster = new Cluster({ nodeName: 'a', transport: new MemoryNetwork().transport() });
  await cluster.start();
  casts = [];
  const note = (name: string) => (payload: object) => void casts.push({ name, ...payload });
  const driver = plainDriver(
    defineBehavior({
      name: 'server',
      init: () => undefined,
      handleCall: {
        request: async (request: RpcRequest, state: undefined, { from }) =>
          [await answer(request, from!), state] as const,
      },
      handleCast: { credit: note('credit'), cancel: note('cancel'), event: note('event') },
    }),
  );
  server = await cluster.node.spawn(driver);
  cluster.groups.join('nest-rpc:message:test:=work', server);
  client = new NoexClient(cluster, { window: 4 });
});

afterEach(() => cluster.stop(0));

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('sends a request with the room it has, and takes values and end in whatever order they come', async () => {
  answer = ({ id, credits, packet }, from) => {
    cluster.cast(from, 'values', { id, packets: [{ response: 1 }, { response: 2 }] });
    return { sent: 2, packet: { response: [credits, packet], isDisposed: true } };
  };
  const seen: unknown[] = [];
  await new Promise<void>((resolve) =>
    client.send('work', 'data').subscribe({ next: (value) => seen.push(value), complete: resolve }),
  );
  expect(seen).toEqual([1, 2, [4, { pattern: 'work', data: 'data' }]]);
});

it('grants no room for what its reader has not taken', async () => {
  answer = async ({ id }, from) => {
    cluster.cast(from, 'values', { id, packets: [1, 2, 3, 4].map((response) => ({ response })) });
    return new Promise(() => {});
  };
  const reader = client.stream('work', {});
  await reader.next();
  await turn();
  expect(casts).toEqual([]);
  await reader.next();
  await reader.next();
  await turn();
  expect(casts).toEqual([]);
});

it('needs a pattern and data', async () => {
  await expect(client.stream('work', undefined).next()).rejects.toBeInstanceOf(InvalidMessageError);
  await expect(lastValueFrom(client.send(undefined, 1))).rejects.toThrow();
});

it('fails the rest when its process ends, and is connected again by what is sent next', async () => {
  let asked = (): void => {};
  const heard = new Promise<void>((resolve) => (asked = resolve));
  answer = () => (asked(), new Promise(() => {}));
  const states: string[] = [];
  client.status.subscribe((state) => states.push(state));
  const failed = lastValueFrom(client.send('work', {})).catch((error: Error) => error.message);
  await heard;
  const own = [...cluster.node.observer.list()].find(({ behavior }) => behavior === 'noex.rpc-client')!;
  cluster.exit(own.ref, 'kill');
  expect(await failed).toBe('Connection closed');
  client.emit('work', {});
  await turn();
  expect(states).toEqual(['connected', 'disconnected', 'connected']);
});
