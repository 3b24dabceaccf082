/// <reference types="jest" />
import type { Logger, Transport } from '@noex/contracts';
import { ComplianceHost } from './transport-compliance-host.js';

/** What the suite asks of a transport that is made for it. */
export interface ComplianceTransportOptions {
  /** Addresses to look for peers at. An adapter whose peers find each other otherwise may ignore them. */
  readonly seeds: readonly string[];
  /** One of `TransportComplianceEnvironment.address`, which peers will dial. Default: any. */
  readonly address?: string;
  readonly maxFrameBytes: number;
  readonly maxQueuedBytes: number;
  readonly logger: Logger;
}

/**
 * A place where transports of one adapter can reach each other. Made anew for each test. Its transports should look for a lost peer
 * within milliseconds, since the suite waits for it.
 */
export interface TransportComplianceEnvironment {
  transport(options: ComplianceTransportOptions): Transport;
  /** An address that no transport uses yet. */
  address(): Promise<string>;
  /** After every transport is closed. */
  dispose?(): Promise<void>;
}

const MAX_FRAME_BYTES = 256 * 1024;
const MAX_QUEUED_BYTES = 1024 * 1024;

export interface TransportComplianceOptions {
  /** How often all dial all at once. Default 30; lower it for an adapter that starts slowly. */
  readonly rounds?: number;
}

/** What every adapter of the `Transport` port promises. Call it in a spec file of the adapter; it needs Jest's globals. */
export function describeTransportCompliance(
  name: string,
  createEnvironment: () => TransportComplianceEnvironment,
  { rounds = 30 }: TransportComplianceOptions = {},
): void {
  describe(`transport compliance: ${name}`, () => {
    let environment: TransportComplianceEnvironment;
    let hosts: ComplianceHost[];
    let warnings: string[];

    beforeEach(() => {
      environment = createEnvironment();
      hosts = [];
      warnings = [];
    });

    afterEach(async () => {
      await Promise.all(hosts.map((host) => host.close()));
      await environment.dispose?.();
      expect(hosts.flatMap(({ violations }) => violations)).toEqual([]);
    });

    interface NodeOptions {
      readonly incarnation?: number;
      readonly clusterName?: string;
      readonly features?: readonly string[];
      readonly seeds?: readonly string[];
      readonly address?: string;
    }

    function create(id: string, { seeds = [], address, ...identity }: NodeOptions = {}): ComplianceHost {
      const ignore = () => {};
      const warn = (line: string) => {
        warnings.push(line);
        for (const host of hosts) host.recheck();
      };
      const logger: Logger = { debug: ignore, info: ignore, warn, error: ignore };
      const limits = { maxFrameBytes: MAX_FRAME_BYTES, maxQueuedBytes: MAX_QUEUED_BYTES };
      const transport = environment.transport({ seeds, ...(address ? { address } : {}), ...limits, logger });
      const host = new ComplianceHost(transport, { id, ...identity });
      hosts.push(host);
      return host;
    }

    async function start(
      id: string,
      options: NodeOptions = {},
    ): Promise<{ host: ComplianceHost; address: string }> {
      const host = create(id, options);
      return { host, address: await host.transport.start(host) };
    }

    async function pair() {
      const a = await start('a');
      const b = await start('b', { seeds: [a.address] });
      const [toB, toA] = await Promise.all([a.host.connected('b'), b.host.connected('a')]);
      return { a: a.host, b: b.host, toA, toB, addressA: a.address, addressB: b.address };
    }

    describe('peers', () => {
      it('presents each side to the other', async () => {
        const { toA, toB, addressA, addressB } = await pair();
        expect(toB.peer).toEqual({ id: 'b', incarnation: 1, address: addressB });
        expect(toA.peer).toEqual({ id: 'a', incarnation: 1, address: addressA });
      });

      it('tells each side the features of the other, known or not', async () => {
        const a = await start('a', { features: ['zip', 'zap'] });
        const b = await start('b', { seeds: [a.address] });
        const [toB, toA] = await Promise.all([a.host.connected('b'), b.host.connected('a')]);
        expect([...toA.features].sort()).toEqual(['zap', 'zip']);
        expect(toB.features.size).toBe(0);
      });

      it('connects a peer that was learned of', async () => {
        const a = await start('a');
        const b = await start('b', { seeds: [a.address] });
        const c = await start('c', { seeds: [b.address] });
        await Promise.all([a.host.connected('b'), c.host.connected('b')]);
        c.host.transport.learn([{ id: 'a', incarnation: 1, address: a.address }]);
        await Promise.all([c.host.connected('a'), a.host.connected('c')]);
      });

      it('connects a node that starts after the one that looks for it', async () => {
        const address = await environment.address();
        const b = await start('b', { seeds: [address] });
        const a = await start('a', { address });
        await Promise.all([a.host.connected('b'), b.host.connected('a')]);
      });

      it('refuses another cluster and says so on both sides', async () => {
        const a = await start('a');
        const b = await start('b', { seeds: [a.address], clusterName: 'other' });
        const c = await start('c', { seeds: [a.address, b.address] });
        await Promise.all([a.host.connected('c'), c.host.connected('a')]);
        const said = () => warnings.filter((line) => line.includes('CLUSTER_NAME')).length;
        await a.host.until('both sides have said why', () => said() >= 2);
        expect(b.host.events).toEqual([]);
        expect([...a.host.connections.keys()]).toEqual(['c']);
      });

      it('finds itself among its seeds and stays alone', async () => {
        const address = await environment.address();
        const a = await start('a', { address, seeds: [address] });
        const b = await start('b', { seeds: [address] });
        await Promise.all([a.host.connected('b'), b.host.connected('a')]);
        expect([...a.host.connections.keys()]).toEqual(['b']);
      });

      it('replaces an incarnation by a newer one at the same address', async () => {
        const { a, b, addressA, addressB } = await pair();
        await b.close();
        const next = await start('b', { address: addressB, seeds: [addressA], incarnation: 2 });
        await Promise.all([a.connected('b', 2), next.host.connected('a')]);
        expect(a.events).toEqual([
          { kind: 'up', peer: 'b', incarnation: 1 },
          { kind: 'down', peer: 'b', incarnation: 1, reason: 'connection_closed' },
          { kind: 'up', peer: 'b', incarnation: 2 },
        ]);
      });

      it(`keeps one connection per pair when all dial all at once, ${rounds} times`, async () => {
        const names = ['a', 'b', 'c', 'd'];
        for (let round = 0; round < rounds; round++) {
          const addresses = await Promise.all(names.map(() => environment.address()));
          const nodes = names.map((id, index) =>
            create(id, { address: addresses[index]!, seeds: addresses }),
          );
          await Promise.all(nodes.map((node) => node.transport.start(node)));
          await Promise.all(
            nodes.flatMap((node) =>
              names.filter((id) => id !== node.self.id).map((id) => node.connected(id)),
            ),
          );
          // A frame goes each way over what each side holds: both hold the same connection.
          for (const node of nodes)
            for (const to of node.connections.values()) to.send(Buffer.from(`from ${node.self.id}`));
          await Promise.all(
            nodes.flatMap((node) =>
              names.filter((id) => id !== node.self.id).map((id) => node.received(id, 1)),
            ),
          );
          for (const node of nodes) {
            expect(node.events.map(({ kind }) => kind)).toEqual(['up', 'up', 'up']);
            expect([...node.frames.values()].map(({ length }) => length)).toEqual([1, 1, 1]);
          }
          await Promise.all(nodes.map((node) => node.close()));
        }
      }, 60_000);
    });

    describe('a lost connection', () => {
      it('comes back, again and again, whoever lost it', async () => {
        const { a, b } = await pair();
        for (let round = 1; round <= 10; round++) {
          const connection = round % 2 === 0 ? await a.connected('b') : await b.connected('a');
          connection.close(round % 3 === 0 ? 'heartbeat_timeout' : 'connection_closed');
          await Promise.all([a.wentDown('b', round), b.wentDown('a', round)]);
        }
        const [toB, toA] = await Promise.all([a.connected('b'), b.connected('a')]);
        expect([toB.send(Buffer.from('hello')), toA.send(Buffer.from('hello'))]).toEqual([true, true]);
        await Promise.all([a.received('b', 1), b.received('a', 1)]);
      });
    });

    describe('frames', () => {
      it('arrive whole and in order, whatever their size', async () => {
        const { b, toB } = await pair();
        const sizes = [
          0,
          1,
          3,
          0,
          4,
          5,
          1_000,
          65_535,
          65_536,
          MAX_FRAME_BYTES,
          0,
          1,
          MAX_FRAME_BYTES - 1,
          2,
        ];
        const sent = sizes.map((size, index) => new Uint8Array(size).fill(index + 1));
        for (const frame of sent) expect(toB.send(frame)).toBe(true);
        await b.received('a', sent.length);
        expect(b.frames.get('a')!.map((frame) => frame.length)).toEqual(sizes);
        b.frames.get('a')!.forEach((frame, index) => expect(Buffer.compare(frame, sent[index]!)).toBe(0));
      });

      it('may cross each other', async () => {
        const { a, b, toA, toB } = await pair();
        const count = 2_000;
        for (let n = 0; n < count; n++) {
          toB.send(Buffer.from(`a${n}`));
          toA.send(Buffer.from(`b${n}`));
        }
        await Promise.all([a.received('b', count), b.received('a', count)]);
        expect(a.frames.get('b')!.map(text)).toEqual(Array.from({ length: count }, (_, n) => `b${n}`));
        expect(b.frames.get('a')!.map(text)).toEqual(Array.from({ length: count }, (_, n) => `a${n}`));
      });

      it('are copied by send: the caller may reuse the bytes', async () => {
        const { b, toB } = await pair();
        const scratch = Buffer.alloc(4);
        for (let n = 0; n < 500; n++) {
          scratch.writeUInt32BE(n);
          toB.send(scratch);
        }
        scratch.fill(0xff);
        await b.received('a', 500);
        expect(b.frames.get('a')!.map((frame) => Buffer.from(frame).readUInt32BE())).toEqual([
          ...Array(500).keys(),
        ]);
      });

      it('beyond the limit are an error to the sender, and the connection stays', async () => {
        const { a, b, toB } = await pair();
        expect(a.transport.maxFrameBytes).toBe(MAX_FRAME_BYTES);
        expect(() => toB.send(new Uint8Array(MAX_FRAME_BYTES + 1))).toThrow(
          expect.objectContaining({ code: 'message_too_large' }),
        );
        expect(toB.send(Buffer.from('still here'))).toBe(true);
        await b.received('a', 1);
        expect(text(b.frames.get('a')![0]!)).toBe('still here');
      });
    });

    describe('a full buffer', () => {
      it('refuses the frame, says when there is room, and loses or repeats nothing', async () => {
        const { a, b, toB } = await pair();
        const frame = Buffer.alloc(64 * 1024);
        const received: number[] = [];
        b.onFrame = (_, bytes) => received.push(Buffer.from(bytes.buffer, bytes.byteOffset).readUInt32BE(0));
        let accepted = 0;
        const fill = () => {
          for (;;) {
            frame.writeUInt32BE(accepted);
            if (!toB.send(frame)) return;
            accepted++;
            expect(toB.queuedBytes).toBeLessThanOrEqual(MAX_QUEUED_BYTES);
            // The receiver shares this event loop, so it cannot read until the buffer is full.
            if (accepted > 10_000) throw new Error('the buffer has no limit');
          }
        };
        for (let refusals = 1; refusals <= 3; refusals++) {
          fill();
          await a.until('there is room', () => count(a, 'writable') >= refusals);
        }
        await b.until('all is here', () => received.length >= accepted);
        expect(received).toEqual([...Array(accepted).keys()]);
        expect(count(a, 'writable')).toBe(3);
        expect(toB.queuedBytes).toBe(0);
      });
    });

    describe('the end', () => {
      it('of a connection hands over what send took, and gives each side its reason', async () => {
        const { a, b, toB } = await pair();
        const frame = new Uint8Array(10_000);
        for (let n = 0; n < 50; n++) expect(toB.send(frame)).toBe(true);
        toB.close('graceful_shutdown');
        expect(toB.send(frame)).toBe(false);
        await Promise.all([a.wentDown('b'), b.wentDown('a')]);
        expect(b.frames.get('a')).toHaveLength(50);
        expect(a.downs('b')[0]).toBe('graceful_shutdown');
        expect(b.downs('a')[0]).toBe('connection_closed');
      });

      it('of a connection happens once, whoever asks how often', async () => {
        const { a, b, toA, toB } = await pair();
        toB.close('heartbeat_timeout');
        toB.close('graceful_shutdown');
        toA.close('graceful_shutdown');
        await Promise.all([a.wentDown('b'), b.wentDown('a')]);
        expect(a.downs('b')[0]).toBe('heartbeat_timeout');
        expect(b.downs('a')[0]).toBe('graceful_shutdown');
        expect(toB.send(new Uint8Array(1))).toBe(false);
      });

      it('of a transport hands over what send took; its own host hears nothing more', async () => {
        const { a, b, toB } = await pair();
        const frame = new Uint8Array(10_000);
        for (let n = 0; n < 50; n++) expect(toB.send(frame)).toBe(true);
        const closed = a.close();
        const seen = [...a.events];
        expect(toB.send(frame)).toBe(false);
        await Promise.all([closed, a.close(), a.transport.close()]);
        await b.wentDown('a');
        expect(b.frames.get('a')).toHaveLength(50);
        expect(b.downs('a')).toEqual(['connection_closed']);
        expect(a.events).toEqual(seen);
      });

      it('is calm while frames arrive and peers come', async () => {
        const { a, b, addressA } = await pair();
        const late = create('c', { seeds: [addressA] });
        const starting = late.transport.start(late);
        const stream = () => {
          const toA = b.connections.get('a');
          if (toA?.send(new Uint8Array(100))) setImmediate(stream);
        };
        stream();
        await a.received('b', 10);
        await Promise.all([a.close(), starting]);
      });

      it('may come before the start', async () => {
        const host = create('a');
        await host.close();
        await expect(host.transport.start(host)).rejects.toMatchObject({ code: 'cluster_start' });
      });

      it('may come during the start', async () => {
        const host = create('a');
        const starting = host.transport.start(host).catch(() => {});
        await host.close();
        await starting;
      });
    });
  });
}

function text(frame: Uint8Array): string {
  return Buffer.from(frame).toString();
}

function count({ events }: ComplianceHost, kind: string): number {
  return events.filter((event) => event.kind === kind).length;
}
