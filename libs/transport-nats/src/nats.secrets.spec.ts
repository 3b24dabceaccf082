import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Refusal } from '@noex/contracts';
import type { TransportNode } from '@noex/testing';
import { NatsNodes } from './nats-nodes.spec-support.js';
import { NatsServer } from './nats-server.spec-support.js';
import { clusterSubject } from './subjects.js';

const RIGHT = 'an old horse in winter';
const WRONG = 'a new battery in summer';

let server: NatsServer;
const nodes = new NatsNodes(() => server.url);

beforeEach(async () => void (server = await NatsServer.start()));
afterEach(async () => {
  await nodes.close();
  await server.close();
});

/** What the node's host is told to be refused for. */
function refusalsOf({ host }: TransportNode): Refusal[] {
  const refusals: Refusal[] = [];
  const refused = (refusal: Refusal) => {
    refusals.push(refusal);
    host.recheck();
  };
  Object.assign(host, { refused });
  return refusals;
}

async function start(id: string, secret: string, presenceMs?: number) {
  const node = await nodes.start(id, { secrets: [secret], ...(presenceMs ? { presenceMs } : {}) });
  return { ...node, refusals: refusalsOf(node) };
}

const shutOut = ({ host, refusals }: Awaited<ReturnType<typeof start>>) =>
  host.until('it is refused', () => refusals.length > 0);
const warnings = ({ lines }: TransportNode) => lines.filter((line) => line.includes('"code":"wrong_secret"'));

it('two nodes alone with different secrets are both shut out at once, and both say so in one line', async () => {
  // So seldom that only what a newcomer says, and the answer to it, can be the reason.
  const a = await start('a', RIGHT, 600_000);
  const b = await start('b', WRONG, 600_000);
  await Promise.all([shutOut(a), shutOut(b)]);
  expect(a.refusals).toEqual([
    {
      code: 'wrong_secret',
      message: expect.stringMatching(/"b" does not hold this cluster's secret; set the same CLUSTER_SECRET/),
    },
  ]);
  expect(b.refusals).toEqual([
    { code: 'wrong_secret', message: expect.stringContaining('"a" does not hold') },
  ]);
  expect([warnings(a).length, warnings(b).length]).toEqual([1, 1]);
});

it('the one with the wrong secret is shut out, those that have each other are not', async () => {
  const [a, b] = [await start('a', RIGHT), await start('b', RIGHT)];
  await Promise.all([a.host.connected('b'), b.host.connected('a')]);
  const stranger = await start('stranger', WRONG);
  await Promise.all([
    shutOut(stranger),
    a.warned(/"stranger" does not hold this cluster's secret/),
    b.warned(/"stranger" does not hold this cluster's secret/),
  ]);
  expect([a.refusals, b.refusals]).toEqual([[], []]);
});

it('a node that is alone beside another cluster, of whatever secret, is not shut out', async () => {
  const a = await start('a', RIGHT, 20);
  const other = await nodes.start(
    'other',
    { secrets: [WRONG], presenceMs: 20 },
    { clusterName: 'warehouse' },
  );
  const tenant = await connect({ servers: server.url });
  let presences = 0;
  const heard = new Promise<void>((resolve) => {
    tenant.subscribe('noex.*.1.presence', { callback: () => void (++presences >= 20 && resolve()) });
  });
  await heard;
  await tenant.close();
  expect([a.refusals, warnings(a), refusalsOf(other)]).toEqual([[], [], []]);
});

describe('another user of the server', () => {
  let tenant: NatsConnection;
  const seen: { subject: string; data: Buffer }[] = [];

  beforeEach(async () => {
    tenant = await connect({ servers: server.url });
    seen.length = 0;
    tenant.subscribe(`${clusterSubject('shop')}.>`, {
      callback: (_, { subject, data }) => void seen.push({ subject, data: Buffer.from(data) }),
    });
    await tenant.flush();
  });
  afterEach(() => tenant.close());

  it('cannot have a node refused that has a peer, whatever it makes up or plays again', async () => {
    const [a, b] = [await start('a', RIGHT), await start('b', RIGHT)];
    await Promise.all([a.host.connected('b'), b.host.connected('a')]);
    const stranger = await start('c', WRONG);
    await shutOut(stranger);
    const recorded = [...seen];
    for (const { subject, data } of recorded) {
      const changed = Buffer.from(data);
      changed[10]! ^= 1;
      for (const to of new Set([subject, `${a.address}.h`, `${b.address}.h`])) {
        tenant.publish(to, data);
        tenant.publish(to, changed);
      }
    }
    await tenant.flush();
    a.host.connections.get('b')!.send(Buffer.from('the end'));
    await b.host.received('a', 1);
    b.host.connections.get('a')!.send(Buffer.from('the end'));
    await a.host.received('b', 1);
    expect(recorded.length).toBeGreaterThan(5);
    expect(a.host.transport.refusals!.get('wrong_secret')).toBeGreaterThan(5);
    expect([a.refusals, b.refusals]).toEqual([[], []]);
    expect([a, b].map(({ host }) => host.events.map(({ kind }) => kind))).toEqual([['up'], ['up']]);
  });
});
