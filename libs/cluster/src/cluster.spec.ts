import {
  ClusterStartError,
  NodeNotRunningError,
  SerializationError,
  type LogFields,
  type NodeDownReason,
  type PeerConnection,
  type ProcessRef,
  type Transport,
} from '@noex/contracts';
import { plainDriver } from '@noex/runtime';
import { Cluster } from './cluster.js';
import { echoCluster, eventsOf, failure, ManualClock, until } from './cluster.spec-support.js';
import { PayloadCodec } from './wire/payload-codec.js';

const { release, seen, network, start, pair } = echoCluster();

const quietTransport: Transport = {
  maxFrameBytes: 16 * 2 ** 20,
  start: async () => 'test:a',
  learn: () => {},
  close: async () => {},
};

class Connection implements PeerConnection {
  readonly features = new Set<string>();
  readonly queuedBytes = 0;
  readonly sent: string[] = [];
  readonly peer = { id: 'b', incarnation: 1, address: 'test:b' };

  send(frame: Uint8Array): boolean {
    this.sent.push(Buffer.from(frame).toString('latin1'));
    return true;
  }

  close(_reason: NodeDownReason): void {}
}

describe('the life of a node', () => {
  it('goes from starting over running and stopping to stopped', async () => {
    const cluster = new Cluster({ nodeName: 'a', transport: network().transport() });
    const statuses = [cluster.status];
    cluster.statusChange.add((status) => statuses.push(status));
    expect(cluster.address).toBe('');
    await cluster.start();
    expect(cluster.address).toBe('memory:1');
    await cluster.drain(10);
    await cluster.stop(10);
    expect(statuses).toEqual(['starting', 'running', 'stopping', 'stopped']);
  });

  it('begins once', async () => {
    const a = await start('a');
    await expect(a.start()).rejects.toBeInstanceOf(NodeNotRunningError);
    expect(a.status).toBe('running');
  });

  it('may not begin at all', async () => {
    await start('a', { transport: network().transport({ address: 'memory:x' }) });
    const cluster = new Cluster({ nodeName: 'b', transport: network().transport({ address: 'memory:x' }) });
    await expect(cluster.start()).rejects.toBeInstanceOf(ClusterStartError);
    expect(cluster.status).toBe('stopped');
  });

  it('may end before it began', async () => {
    let listening!: (address: string) => void;
    const clock = new ManualClock();
    const transport = {
      ...quietTransport,
      start: () => new Promise<string>((resolve) => (listening = resolve)),
    };
    const cluster = new Cluster({ nodeName: 'a', transport, clock });
    const statuses: string[] = [];
    cluster.statusChange.add((status) => statuses.push(status));
    const starting = cluster.start();
    await cluster.stop(10);
    listening('test:a');
    await starting;
    expect(statuses).toEqual(['stopping', 'stopped']);
    expect(clock.pending).toBe(0);
  });

  it('a listener that throws is logged and changes nothing', async () => {
    const errors: (LogFields | undefined)[] = [];
    const logger = { debug() {}, info() {}, warn() {}, error: (_: string, f?: LogFields) => errors.push(f) };
    const a = await start('a', { logger });
    const fail = () => {
      throw new Error('listener');
    };
    a.statusChange.add(fail);
    a.members.nodeUp.add(fail);
    a.members.nodeDown.add(fail);
    const events = eventsOf(a);
    const b = await start('b');
    await until('b is up', () => events.length === 1);
    await b.stop(10);
    await until('b is down', () => events.length === 2);
    await a.stop(10);
    expect(events).toEqual([`up b ${b.self.incarnation}`, 'down b graceful_shutdown']);
    expect(errors.map((fields) => fields!['listener'])).toEqual([
      'node_up',
      'node_down',
      'status_change',
      'status_change',
    ]);
  });
});

describe('members', () => {
  it('know each other with what they can do', async () => {
    const { a, b } = await pair();
    a.addBehavior(plainDriver({ name: 'own', init: () => null }), false);
    await a.spawn('echo', { on: 'b' });
    expect(a.nodes()).toEqual([
      {
        id: 'a',
        incarnation: a.self.incarnation,
        address: a.address,
        local: true,
        load: 0,
        behaviors: ['echo', 'own'],
        draining: false,
      },
      {
        id: 'b',
        incarnation: b.self.incarnation,
        address: b.address,
        local: false,
        // Told with the answer to the spawn.
        load: 1,
        behaviors: ['echo'],
        draining: false,
        phi: 0,
      },
    ]);
    expect(b.nodes()[1]).toMatchObject({ id: 'a', behaviors: ['echo'] });
  });

  it('can be used in the moment they are up', async () => {
    const a = await start('a');
    const spawned = new Promise<ProcessRef>((resolve, reject) =>
      a.members.nodeUp.add(({ id }) => void a.spawn('echo', { on: id }).then(resolve, reject)),
    );
    await start('b');
    expect((await spawned).node).toBe('b');
  });

  it('connect those that others know', async () => {
    const a = await start('a');
    const seeds = [a.address];
    const b = await start('b', { transport: network().transport({ seeds }) });
    await until('b is up', () => b.members.size === 1);
    const c = await start('c', { transport: network().transport({ seeds }) });
    await until('all are up', () => [a, b, c].every(({ members }) => members.size === 2));
  });

  it('connect each other also when all come at once', async () => {
    const addresses = ['memory:a', 'memory:b', 'memory:c', 'memory:d'];
    const nodes = await Promise.all(
      addresses.map((address, i) =>
        start(`n${i}`, { transport: network().transport({ address, seeds: ['memory:a'] }) }),
      ),
    );
    await until('all are up', () => nodes.every(({ members }) => members.size === 3));
  });

  it('hear of each other even while they are joining', async () => {
    const a = new Cluster({ nodeName: 'a', transport: quietTransport });
    await a.start();
    const connections = ['b', 'c'].map((id) =>
      Object.assign(new Connection(), { peer: { id, incarnation: 1, address: `test:${id}` } }),
    );
    for (const connection of connections) a.host.peerUp(connection);
    await new Promise(setImmediate);
    expect(connections[1]!.sent.join()).toContain('test:b');
    await a.stop(10);
  });

  it('of another cluster name are never connected', async () => {
    const [a, b] = [await start('a'), await start('b')];
    const [x, y] = [await start('x', { clusterName: 'other' }), await start('y', { clusterName: 'other' })];
    const heard = [a, b, x, y].map(eventsOf);
    await until('each has its peer', () => [a, b, x, y].every(({ members }) => members.size === 1));
    network().partition(['a', 'x'], ['b', 'y']);
    await until('all are alone', () => [a, b, x, y].every(({ members }) => members.size === 0));
    network().heal();
    await until('each has its peer again', () => [a, b, x, y].every(({ members }) => members.size === 1));
    const names = heard.map((events) => new Set(events.map((event) => event.split(' ')[1])));
    expect(names.map((each) => [...each].join())).toEqual(['b', 'a', 'y', 'x']);
  });

  it('of one name: the newer life replaces the older, which goes down once', async () => {
    const a = await start('a');
    const events = eventsOf(a);
    const transport = () => network().transport({ address: 'memory:b' });
    await start('b', { incarnation: 1, transport: transport() });
    await until('b is up', () => events.length === 1);
    network().kill('b');
    await start('b', { incarnation: 2, transport: transport() });
    await until('b is back', () => events.length === 3);
    expect(events).toEqual(['up b 1', 'down b connection_closed', 'up b 2']);
  });

  it('hear of a behavior that is added at any moment, also while they are joining', async () => {
    const a = new Cluster({ nodeName: 'a', transport: quietTransport });
    await a.start();
    const connection = new Connection();
    a.host.peerUp(connection);
    a.addBehavior(plainDriver({ name: 'late', init: () => null }));
    await new Promise(setImmediate);
    expect(connection.sent.join()).toContain('late');
    const stopping = a.stop(10);
    await stopping;
    expect(connection.sent.join()).toContain('\x00\x00\x00\x01\x13');
  });

  it('are found by silence when they hang, and are down once', async () => {
    const clock = new ManualClock();
    const { a } = await pair({ clock }, { clock });
    const events = eventsOf(a);
    for (let second = 0; second < 10; second++) await step(clock);
    expect(events).toEqual([]);
    network().partition(['a'], ['b'], { mode: 'blackhole' });
    for (let tick = 0; tick < 12 && events.length === 0; tick++) await step(clock);
    expect(events).toEqual(['down b heartbeat_timeout']);
    for (let tick = 0; tick < 10; tick++) await step(clock);
    expect(events).toHaveLength(1);
  });

  it('show how suspicious a silence is, and how long a round trip takes', async () => {
    const clock = new ManualClock();
    const { a } = await pair({ clock }, { clock });
    for (let second = 0; second < 8; second++) await step(clock);
    expect(a.nodes()[1]).toMatchObject({ phi: 0, roundTripMs: 0 });
    network().partition(['a'], ['b'], { mode: 'blackhole' });
    for (let tick = 0; tick < 6; tick++) await step(clock);
    const suspicion = a.nodes()[1]!.phi!;
    expect(suspicion).toBeGreaterThan(0);
    await step(clock);
    expect(a.nodes()[1]!.phi).toBeGreaterThan(suspicion);
    expect(a.nodes()[0]).not.toHaveProperty('phi');
    network().heal();
  });

  /** Half a second, and time for what was sent in it. */
  async function step(clock: ManualClock): Promise<void> {
    clock.advance(500);
    for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate);
  }
});

describe('strictMessages', () => {
  it('copies what local messages carry, as a network would', async () => {
    const a = await start('a', { strictMessages: true });
    const args = { list: [1, new Map([['x', -0]])] };
    const echo = await a.spawn('echo', { on: 'local', args });
    const payload = { date: new Date(5), self: echo };
    const copy = (await a.call(echo, 'echo', payload)) as typeof payload;
    expect(copy).toEqual(payload);
    expect(copy).not.toBe(payload);
    expect(a.cast(echo, 'note', payload)).toBe(true);
    await until('it is there', () => seen.length === 1);
    expect(seen[0]).toEqual(payload);
    expect(seen[0]).not.toBe(payload);
  });

  it('refuses what a network could not carry', async () => {
    const a = await start('a', { strictMessages: true });
    const echo = await a.spawn('echo', { on: 'local' });
    const odd = { f: () => {} };
    expect(await failure(a.call(echo, 'echo', odd))).toBeInstanceOf(SerializationError);
    expect(() => a.cast(echo, 'note', odd)).toThrow(SerializationError);
    expect((await failure(a.spawn('echo', { on: 'local', args: odd }))).outcome).toBe('not-run');
    expect(a.node.processCount).toBe(1);
  });

  it('is off by default: local messages go by reference', async () => {
    const a = await start('a');
    const echo = await a.spawn('echo', { on: 'local' });
    const payload = { f: () => {} };
    expect(await a.call(echo, 'echo', payload)).toBe(payload);
    expect(new PayloadCodec().copy({ a: 1 })).toEqual({ a: 1 });
  });
});

it('numbers for scrapes add up', async () => {
  const { a, b } = await pair();
  const echo = await a.spawn('echo', { on: 'b' });
  a.monitor(echo, () => {});
  const held = a.call(echo, 'hold', 1);
  await until('it is being worked on', () => seen.length === 1);
  expect(a.stats()).toEqual({
    callsSent: 1,
    callsPending: 1,
    callsServing: 0,
    callsAnswered: 0,
    callsFailed: 0,
    spawns: 1,
    monitorsActive: 1,
    peersDraining: 0,
    peersJoining: 0,
    processes: 0,
  });
  expect(b.stats()).toMatchObject({ callsServing: 1, processes: 1 });
  release[0]!();
  await held;
  expect(a.stats()).toMatchObject({ callsSent: 1, callsPending: 0 });
});
