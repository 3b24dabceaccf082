import { CallTimeoutError, ProcessNotFoundError } from '@noex/contracts';
import { Cluster } from '@noex/cluster';
import { plainDriver } from '@noex/runtime';
import { MemoryNetwork } from '@noex/transport-memory';
import { callProcess, readCallRequest } from './call-process.js';

const lines: unknown[] = [];
const keep = (_: string, fields?: object) => void lines.push(fields);
let cluster: Cluster;

beforeEach(async () => {
  lines.length = 0;
  const logger = { debug: () => {}, info: keep, warn: keep, error: keep };
  cluster = new Cluster({ nodeName: 'n1', transport: new MemoryNetwork().transport(), logger });
  cluster.addBehavior(
    plainDriver({
      name: 'echo',
      init: (name: string) => name,
      handleCall: {
        who: (payload: unknown, name: string) => [new Map([[name, payload]]), name],
        hang: () => new Promise<never>(() => {}),
      },
    }),
  );
  await cluster.start();
});
afterEach(() => cluster.stop(0));

const call = (target: string, payload: unknown = null) =>
  callProcess(cluster, { target, message: 'who', payload, timeoutMs: undefined });

describe('a call through the management API', () => {
  it('finds its process by id, by name of the node, and by global name, in this order', async () => {
    const ref = await cluster.spawn('echo', { args: 'by id' });
    const named = await cluster.spawn('echo', { args: 'here', name: 'both' });
    await cluster.names.register('both', ref);
    await cluster.names.register('global', ref);
    expect(await call(ref.toString(), 7)).toMatchObject({ process: ref.toString(), reply: [['by id', 7]] });
    expect(await call('both')).toMatchObject({ process: named.toString(), reply: [['here', null]] });
    expect(await call('global')).toMatchObject({ process: ref.toString() });
    await expect(call('nobody')).rejects.toThrow(ProcessNotFoundError);
  });

  it('ends at its own time limit', async () => {
    await cluster.spawn('echo', { name: 'e' });
    const request = { target: 'e', message: 'hang', payload: null, timeoutMs: 10 };
    await expect(callProcess(cluster, request)).rejects.toThrow(CallTimeoutError);
  });

  it('is logged with its target and message, without its payload', async () => {
    const ref = await cluster.spawn('echo', { name: 'e' });
    await call('e', 'a private matter');
    expect(lines).toContainEqual({
      event: 'management_call',
      target: 'e',
      process: ref.toString(),
      message: 'who',
    });
    expect(JSON.stringify(lines)).not.toContain('private');
  });

  it.each([
    { message: 'm' },
    { target: 't' },
    { target: 't', message: 'm', timeoutMs: 0 },
    { target: 't', message: 'm', timeoutMs: 1.5 },
    { target: 't', message: 'm', timeoutMs: '5' },
    { target: 't', message: 'm', timeoutMs: 2 ** 31 },
  ])('is refused as %j', (body) => {
    expect(() => readCallRequest(body)).toThrow(/has to be/);
  });
});
