import {
  ClusterStartError,
  DrainingError,
  NodeNotRunningError,
  ProcessExitedError,
  ProcessNotFoundError,
  SerializationError,
  type LogFields,
  type NodeDownReason,
  type PeerConnection,
  type ProcessRef,
  type Transport,
} from '@noex/contracts';
import { plainDriver } from '@noex/runtime';
import { Cluster } from './cluster.js';
import { failure, ManualClock, memoryCluster, until } from './cluster.spec-support.js';
import { PayloadCodec } from './wire/payload-codec.js';

/** Ends the `hold` calls under way. */
let release: (() => void)[];
let seen: unknown[];
beforeEach(() => {
  release = [];
  seen = [];
});

const drivers = () => [
  plainDriver({
    name: 'echo',
    init: (args: unknown) => args as never,
    handleCall: {
      echo: (payload, state) => [payload, state],
      hold: (payload, state) =>
        new Promise((resolve) => {
          seen.push(payload);
          release.push(() => resolve([payload, state]));
        }),
    },
    handleCast: {
      note: (payload, state) => {
        seen.push(payload);
        return state;
      },
    },
  }),
];

const { network, start, pair } = memoryCluster(drivers, () => {
  for (const end of release) end();
});

/** What a node hears of others, in order. */
function eventsOf(cluster: Cluster): string[] {
  const events: string[] = [];
  cluster.members.nodeUp.add(({ id, incarnation }) => events.push(`up ${id} ${incarnation}`));
  cluster.members.nodeDown.add((id, reason) => events.push(`down ${id} ${reason}`));
  return events;
}

const quietTransport: Transport = {
  maxFrameBytes: 16 * 2 ** 20,
  start: async () => 'test:a',
  learn: () => {},
  close: async () => {},
};

class Connection implements PeerConnection {
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
    for (const connection of connections) a.peerUp(connection);
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
    a.peerUp(connection);
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

  /** Half a second, and time for what was sent in it. */
  async function step(clock: ManualClock): Promise<void> {
    clock.advance(500);
    for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate);
  }
});

describe('a node that drains', () => {
  it('finishes what it works on and refuses what is new', async () => {
    const { a, b } = await pair();
    const echo = await a.spawn('echo', { on: 'b' });
    const other = await a.spawn('echo', { on: 'b' });
    const held = a.call(echo, 'hold', 'under way');
    await until('it is being worked on', () => seen.length === 1);
    let drained = false;
    const draining = b.drain(60_000).then(() => (drained = true));
    expect([b.draining, b.status]).toEqual([true, 'stopping']);
    const call = await failure(a.call(other, 'echo', 1));
    expect(call).toBeInstanceOf(DrainingError);
    expect(call.outcome).toBe('not-run');
    const spawn = await failure(a.spawn('echo', { on: 'b' }));
    expect(spawn).toBeInstanceOf(DrainingError);
    expect(a.cast(other, 'note', 'cast')).toBe(true);
    await until('the cast is there', () => seen.length === 2);
    expect(drained).toBe(false);
    release[0]!();
    expect(await held).toBe('under way');
    await draining;
    expect(await b.stop(1_000)).toEqual({
      callsCompleted: 1,
      refused: 2,
      callsLost: 0,
      processesStopped: 2,
      processesKilled: 0,
    });
  });

  it('is avoided by placement, and says so when nobody is left', async () => {
    const { a, b } = await pair();
    void b.drain(10);
    await until('a knows', () => a.members.get('b')!.draining);
    expect(a.nodes()[1]!.draining).toBe(true);
    for (const on of ['least-loaded', 'random', 'round-robin'] as const) {
      expect((await a.spawn('echo', { on })).node).toBe('a');
    }
    expect((await b.spawn('echo')).node).toBe('a');
    void a.drain(10);
    await until('b knows', () => b.members.get('a')!.draining);
    expect((await failure(a.spawn('echo'))).code).toBe('spawn_refused');
  });

  it('waits no longer than it may', async () => {
    const clock = new ManualClock();
    const { a, b } = await pair({}, { clock });
    const echo = await a.spawn('echo', { on: 'b' });
    const held = failure(a.call(echo, 'hold', 1));
    await until('it is being worked on', () => seen.length === 1);
    const draining = b.drain(500);
    clock.advance(500);
    await draining;
    const stopping = b.stop(100);
    clock.advance(100);
    const ledger = await stopping;
    expect(await held).toBeInstanceOf(ProcessExitedError);
    expect(ledger).toMatchObject({
      callsCompleted: 0,
      callsLost: 1,
      processesKilled: 1,
      processesStopped: 0,
    });
  });

  it('loses no call that ends within the time to stop', async () => {
    const { a, b } = await pair();
    const echo = await a.spawn('echo', { on: 'b' });
    const held = a.call(echo, 'hold', 'in time');
    await until('it is being worked on', () => seen.length === 1);
    await b.drain(1);
    const stopping = b.stop(60_000);
    await new Promise(setImmediate);
    expect(b.stats().callsServing).toBe(1);
    release[0]!();
    expect(await held).toBe('in time');
    expect(await stopping).toMatchObject({ callsCompleted: 1, callsLost: 0, processesStopped: 1 });
  });

  it('counts only the calls of that time', async () => {
    const { a, b } = await pair();
    const echo = await a.spawn('echo', { on: 'b' });
    for (let i = 0; i < 5; i++) await a.call(echo, 'echo', i);
    expect(await b.stop(1_000)).toMatchObject({ callsCompleted: 0, refused: 0, callsLost: 0 });
  });

  it('says goodbye: its peers see graceful_shutdown, once', async () => {
    const { a, b } = await pair();
    const c = await start('c');
    await until('c is up', () => a.members.size === 2 && b.members.size === 2);
    const [onA, onB, onC] = [a, b, c].map(eventsOf);
    await b.stop(10);
    await until('all know', () => onA!.length > 0 && onC!.length > 0);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect([onA, onB, onC]).toEqual([['down b graceful_shutdown'], [], ['down b graceful_shutdown']]);
    expect([...a.members.downs.entries()]).toEqual([['graceful_shutdown', 1]]);
  });

  it('answers first: replies given before the goodbye arrive', async () => {
    const { a, b } = await pair();
    const echo = await a.spawn('echo', { on: 'b' });
    const calls = Array.from({ length: 50 }, (_, i) => a.call(echo, 'echo', i));
    await until(
      'they are there',
      () => b.stats().callsServing > 0 || b.node.queuedMessages > 0 || a.stats().callsPending === 0,
    );
    await b.drain(1_000);
    await b.stop(1_000);
    expect(await Promise.all(calls)).toHaveLength(50);
  });

  it('is gone afterwards', async () => {
    const { a, b } = await pair();
    const echo = await a.spawn('echo', { on: 'b' });
    await b.stop(10);
    await until('a knows', () => a.members.size === 0);
    expect((await failure(a.call(echo, 'echo'))).code).toBe('node_unreachable');
    expect(await failure(b.call(echo, 'echo'))).toBeInstanceOf(ProcessNotFoundError);
    expect(b.members.size).toBe(0);
  });
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
    spawns: 1,
    monitorsActive: 1,
    processes: 0,
  });
  expect(b.stats()).toMatchObject({ callsServing: 1, processes: 1 });
  release[0]!();
  await held;
  expect(a.stats()).toMatchObject({ callsSent: 1, callsPending: 0 });
});
