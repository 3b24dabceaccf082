import type { Hello } from './hello.js';
import { PROTOCOL_VERSION, type NodeIdentity } from './node-identity.js';
import { PeerTable } from './peer-table.js';

const self: NodeIdentity = { id: 'm', incarnation: 1, clusterName: 'shop', protocol: PROTOCOL_VERSION };

function hello(id: string, incarnation: number, address = `${id}:1`): Hello {
  return { ...self, id, incarnation, address, features: [] };
}

/** A connection of which the table only sees who is there and whether it lives. */
function connection(id: string, incarnation: number, address = `${id}:1`) {
  const asked: string[] = [];
  const stub = {
    peer: { id, incarnation, address },
    isProven: false,
    asked,
    liveness: {
      ask: () => void asked.push('ask'),
      isProven: () => (asked.push('prove'), stub.isProven),
    },
    supersede: () => void asked.push('superseded'),
  };
  return stub;
}

const table = () => new PeerTable<ReturnType<typeof connection>>(self, 'm:1');

it('as the arbiter calls a second connection a duplicate, and asks the first for a sign of life', () => {
  const peers = table();
  const first = connection('z', 5);
  peers.admit(first);
  expect(peers.objection(hello('z', 5), true)?.code).toBe('duplicate');
  expect(first.asked).toEqual(['ask']);
});

it('as the other side takes it: the arbiter knows better which of them stands', () => {
  const peers = table();
  const [first, second] = [connection('z', 5), connection('z', 5)];
  peers.admit(first);
  expect(peers.objection(hello('z', 5), false)).toBeUndefined();
  peers.admit(second);
  expect([first.asked, peers.all(), peers.size]).toEqual([['superseded'], [second], 1]);
  peers.remove(first);
  expect(peers.isUp(hello('z', 5))).toBe(true);
});

it.each([true, false])(
  'leaves a name to its holder once that has shown that it lives (arbiter: %s)',
  (arbiter) => {
    const peers = table();
    const holder = connection('z', 5);
    peers.admit(holder);
    const newcomer = hello('z', 6, 'elsewhere:1');
    expect(peers.objection(newcomer, arbiter)?.code).toBe('name_contested');
    holder.isProven = true;
    expect(peers.objection(newcomer, arbiter)?.code).toBe('name_taken');
    peers.remove(holder);
    expect(peers.objection(newcomer, arbiter)).toBeUndefined();
  },
);

it('asks nobody for a newer life at the same address', () => {
  const peers = table();
  const holder = connection('z', 5);
  peers.admit(holder);
  expect(peers.objection(hello('z', 6), true)).toBeUndefined();
  expect(holder.asked).toEqual([]);
});

it('refuses an older life also when nobody of the name is connected any more', () => {
  const peers = table();
  const holder = connection('z', 5);
  peers.admit(holder);
  peers.remove(holder);
  expect(peers.objection(hello('z', 4), true)?.code).toBe('stale_incarnation');
  expect([peers.isOver(hello('z', 4)), peers.isOver(hello('z', 5)), peers.isOver(hello('y', 4))]).toEqual([
    true,
    false,
    false,
  ]);
  expect(peers.objection(hello('z', 5), true)).toBeUndefined();
});

it('remembers the lives of a thousand names, those that came up last', () => {
  const peers = table();
  for (let n = 0; n <= 1_000; n++) {
    const each = connection(`n${n}`, 5);
    peers.admit(each);
    peers.remove(each);
    if (n === 500) peers.admit(connection('n0', 6));
  }
  expect([peers.isOver(hello('n0', 5)), peers.isOver(hello('n1', 4)), peers.isOver(hello('n2', 4))]).toEqual([
    true,
    false,
    true,
  ]);
});
