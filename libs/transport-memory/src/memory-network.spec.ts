import type { Clock } from '@noex/contracts';
import { ComplianceHost } from '@noex/testing';
import { MemoryNetwork, type MemoryNetworkOptions } from './memory-network.js';
import type { MemoryTransportOptions } from './memory.transport.js';

let hosts: ComplianceHost[] = [];

afterEach(async () => {
  await Promise.all(hosts.map((host) => host.close()));
  expect(hosts.flatMap(({ violations }) => violations)).toEqual([]);
  hosts = [];
});

async function node(
  network: MemoryNetwork,
  id: string,
  options: MemoryTransportOptions = {},
  identity: { incarnation?: number; clusterName?: string } = {},
): Promise<ComplianceHost> {
  const host = new ComplianceHost(network.transport(options), { id, ...identity });
  hosts.push(host);
  await host.transport.start(host);
  return host;
}

async function cluster(...ids: string[]) {
  const network = new MemoryNetwork({ reconnectMs: 1 });
  const nodes = await Promise.all(ids.map((id) => node(network, id)));
  await Promise.all(
    nodes.flatMap((host) => ids.filter((id) => id !== host.self.id).map((id) => host.connected(id))),
  );
  return { network, nodes };
}

/** A clock that moves when told to, and runs what is due in order. */
function manualClock(): Clock & { pass(ms: number): void } {
  let now = 0;
  let number = 0;
  const timers = new Map<number, { at: number; callback: () => void }>();
  return {
    now: () => now,
    setTimeout: (callback, delayMs) => {
      timers.set(++number, { at: now + delayMs, callback });
      return number;
    },
    clearTimeout: (handle) => void timers.delete(handle as number),
    pass(ms) {
      const end = now + ms;
      for (;;) {
        const due = [...timers]
          .filter(([, { at }]) => at <= end)
          .sort(([m, x], [n, y]) => x.at - y.at || m - n)[0];
        if (!due) break;
        timers.delete(due[0]);
        now = due[1].at;
        due[1].callback();
      }
      now = end;
    },
  };
}

const text = (host: ComplianceHost, from: string) =>
  (host.frames.get(from) ?? []).map((frame) => Buffer.from(frame).toString());

describe('a partition', () => {
  it('cuts the connections across it and no other, until it heals', async () => {
    const { network, nodes } = await cluster('a', 'b', 'c');
    const [a, b, c] = nodes as [ComplianceHost, ComplianceHost, ComplianceHost];
    network.partition(['a'], ['b', 'c']);
    await Promise.all([a.wentDown('b'), a.wentDown('c'), b.wentDown('a'), c.wentDown('a')]);
    expect([...b.connections.keys()]).toEqual(['c']);
    network.heal();
    await Promise.all([a.connected('b'), a.connected('c'), b.connected('a'), c.connected('a')]);
    expect(b.downs('c')).toEqual([]);
  });

  it('as a blackhole lets nothing pass; what it held arrives if it heals in time', async () => {
    const clock = manualClock();
    const network = new MemoryNetwork({ clock });
    const [a, b] = [await node(network, 'a'), await node(network, 'b')];
    clock.pass(1);
    network.partition(['a'], ['b'], { mode: 'blackhole' });
    a.connections.get('b')!.send(Buffer.from('held'));
    clock.pass(60_000);
    expect([b.frames.size, a.events.length, b.events.length]).toEqual([0, 1, 1]);
    network.heal();
    clock.pass(1);
    expect(text(b, 'a')).toEqual(['held']);
    network.kill('a');
    network.kill('b');
  });

  it('as a blackhole hides that the other side has given up, until it heals', async () => {
    const { network, nodes } = await cluster('a', 'b');
    const [a, b] = nodes as [ComplianceHost, ComplianceHost];
    network.partition(['a'], ['b'], { mode: 'blackhole' });
    a.connections.get('b')!.send(Buffer.from('lost'));
    a.connections.get('b')!.close('heartbeat_timeout');
    await a.wentDown('b');
    expect(b.downs('a')).toEqual([]);
    network.heal();
    await Promise.all([b.wentDown('a'), a.connected('b')]);
    await b.connected('a');
    expect(a.downs('b')).toEqual(['heartbeat_timeout']);
    expect(b.downs('a')).toEqual(['connection_closed']);
    expect(b.frames.size).toBe(0);
  });
});

it('a one-way partition lets nothing pass that way, everything the other way, and no new connection', async () => {
  const clock = manualClock();
  const network = new MemoryNetwork({ clock });
  const [a, b] = [await node(network, 'a'), await node(network, 'b')];
  clock.pass(1);
  network.partition(['a'], ['b'], { mode: 'one-way' });
  a.connections.get('b')!.send(Buffer.from('held'));
  b.connections.get('a')!.send(Buffer.from('heard'));
  clock.pass(60_000);
  expect([text(a, 'b'), text(b, 'a')]).toEqual([['heard'], []]);
  a.connections.get('b')!.close('heartbeat_timeout');
  clock.pass(60_000);
  expect([a.downs('b'), b.downs('a')]).toEqual([['heartbeat_timeout'], []]);
  network.heal();
  clock.pass(1_000);
  expect([a.events.length, b.downs('a'), text(b, 'a')]).toEqual([3, ['connection_closed'], []]);
  expect(b.connections.has('a')).toBe(true);
  for (const id of ['a', 'b']) network.kill(id);
});

it('a lost connection is lost with what is under way, for both and nobody else; it comes back', async () => {
  const { network, nodes } = await cluster('a', 'b', 'c');
  const [a, b, c] = nodes as [ComplianceHost, ComplianceHost, ComplianceHost];
  network.disconnect('a', 'b');
  a.connections.get('b')!.send(Buffer.from('lost'));
  await Promise.all([a.wentDown('b'), b.wentDown('a')]);
  await Promise.all([a.connected('b'), b.connected('a')]);
  a.connections.get('b')!.send(Buffer.from('new'));
  await b.received('a', 1);
  expect([text(b, 'a'), a.downs('b'), b.downs('a')]).toEqual([
    ['new'],
    ['connection_closed'],
    ['connection_closed'],
  ]);
  expect([a.downs('c'), b.downs('c'), c.downs('a'), c.downs('b')]).toEqual([[], [], [], []]);
});

it('a killed node falls silent; the others see its connections drop, and it may come back', async () => {
  const { network, nodes } = await cluster('a', 'b');
  const [a, b] = nodes as [ComplianceHost, ComplianceHost];
  const toA = b.connections.get('a')!;
  toA.send(Buffer.from('last words'));
  network.kill('b');
  expect(toA.send(Buffer.from('x'))).toBe(false);
  await a.wentDown('b');
  expect(a.downs('b')).toEqual(['connection_closed']);
  expect([b.events.length, a.frames.size]).toEqual([1, 0]);
  const again = await node(
    network,
    'b',
    { address: toA.peer.address === 'memory:1' ? 'memory:2' : 'memory:1' },
    { incarnation: 2 },
  );
  await Promise.all([a.connected('b', 2), again.connected('a')]);
});

it('what is sent to a paused node waits with the sender', async () => {
  const { network, nodes } = await cluster('a', 'b');
  const [a, b] = nodes as [ComplianceHost, ComplianceHost];
  network.pause('b');
  a.connections.get('b')!.send(new Uint8Array(100));
  b.connections.get('a')!.send(new Uint8Array(1));
  await a.received('b', 1);
  expect([a.connections.get('b')!.queuedBytes, b.frames.size]).toEqual([100, 0]);
  network.resume('b');
  await b.received('a', 1);
  expect(a.connections.get('b')!.queuedBytes).toBe(0);
});

it('a paused node gets no new connection and hears of no end; it learns of both when it goes on', async () => {
  const clock = manualClock();
  const network = new MemoryNetwork({ clock });
  const [a, b] = [await node(network, 'a'), await node(network, 'b')];
  clock.pass(1);
  network.pause('b');
  network.partition(['a'], ['b']);
  clock.pass(60_000);
  network.heal();
  const c = await node(network, 'c');
  clock.pass(60_000);
  expect([a.downs('b'), b.downs('a')]).toEqual([['connection_closed'], []]);
  expect([[...a.connections.keys()], [...c.connections.keys()]]).toEqual([['c'], ['a']]);
  network.resume('b');
  clock.pass(1_000);
  expect(b.downs('a')).toEqual(['connection_closed']);
  expect([...b.connections.keys()].sort()).toEqual(['a', 'c']);
  expect([a.connections.has('b'), c.connections.has('b')]).toEqual([true, true]);
  for (const id of ['a', 'b', 'c']) network.kill(id);
});

it('the last words of a node that leaves arrive at one that hung meanwhile, if it goes on in time', async () => {
  const clock = manualClock();
  const network = new MemoryNetwork({ clock });
  const [a, b] = [await node(network, 'a'), await node(network, 'b')];
  clock.pass(1);
  network.pause('b');
  a.connections.get('b')!.send(Buffer.from('goodbye'));
  void a.transport.close();
  clock.pass(500);
  expect([text(b, 'a'), b.downs('a')]).toEqual([[], []]);
  network.resume('b');
  clock.pass(1);
  expect([text(b, 'a'), b.downs('a')]).toEqual([['goodbye'], ['connection_closed']]);
  network.kill('b');
});

it('a node that is killed while it hangs comes back as any other', async () => {
  const { network, nodes } = await cluster('a', 'b');
  network.pause('b');
  network.kill('b');
  await nodes[0]!.wentDown('b');
  const again = await node(network, 'b', {}, { incarnation: 2 });
  await Promise.all([nodes[0]!.connected('b', 2), again.connected('a')]);
});

it('refuses a second live node of one name, and an address that is taken', async () => {
  const clock = manualClock();
  const network = new MemoryNetwork({ clock });
  const [a] = [await node(network, 'a'), await node(network, 'b')];
  clock.pass(1);
  const warnings: string[] = [];
  const ignore = () => {};
  const logger = {
    debug: ignore,
    info: ignore,
    warn: (line: string) => void warnings.push(line),
    error: ignore,
  };
  const impostor = await node(network, 'b', { logger }, { incarnation: 2 });
  clock.pass(60_000);
  expect([impostor.events, a.downs('b')]).toEqual([[], []]);
  expect(warnings.filter((line) => line.includes('NODE_NAME')).length).toBeGreaterThan(0);
  const late = new ComplianceHost(network.transport({ address: 'memory:1' }), { id: 'x' });
  await expect(late.transport.start(late)).rejects.toMatchObject({ code: 'cluster_start' });
  for (const id of ['a', 'b']) network.kill(id);
});

describe('with a clock of its own', () => {
  it.each<[string, MemoryNetworkOptions, number]>([
    ['without latency', {}, 0],
    ['with latency', { latencyMs: 10 }, 10],
  ])('nothing moves before the test says so: %s', async (_, options, latencyMs) => {
    const clock = manualClock();
    const network = new MemoryNetwork({ ...options, clock });
    const a = await node(network, 'a');
    const b = await node(network, 'b');
    await new Promise((resolve) => setImmediate(resolve));
    expect(a.events).toEqual([]);
    clock.pass(latencyMs);
    expect(a.events).toEqual([{ kind: 'up', peer: 'b', incarnation: 1 }]);
    a.connections.get('b')!.send(Buffer.from('1'));
    a.connections.get('b')!.send(Buffer.from('2'));
    clock.pass(Math.max(0, latencyMs - 1));
    expect(text(b, 'a')).toEqual(latencyMs > 0 ? [] : ['1', '2']);
    clock.pass(1);
    expect(text(b, 'a')).toEqual(['1', '2']);
    network.kill('a');
    network.kill('b');
  });

  it('each delivery takes up to the jitter longer, by the given numbers; frames stay in order', async () => {
    const clock = manualClock();
    const chances = [0, 0.5, 0.9, 0.1];
    const network = new MemoryNetwork({
      clock,
      latencyMs: 10,
      jitterMs: 10,
      random: () => chances.shift() ?? 0,
    });
    const a = await node(network, 'a');
    const b = await node(network, 'b');
    clock.pass(10);
    const send = (frame: string) => a.connections.get('b')!.send(Buffer.from(frame));
    send('1');
    clock.pass(14);
    expect(text(b, 'a')).toEqual([]);
    clock.pass(1);
    expect(text(b, 'a')).toEqual(['1']);
    send('2');
    clock.pass(15);
    send('3');
    expect(text(b, 'a')).toEqual(['1']);
    clock.pass(4);
    expect(text(b, 'a').slice(0, 2)).toEqual(['1', '2']);
    clock.pass(20);
    expect(text(b, 'a')).toEqual(['1', '2', '3']);
    network.kill('a');
    network.kill('b');
  });
});
