import { PROTOCOL_VERSION, type Hello } from '@noex/contracts';
import { SessionPair } from './session-pair.spec-support.js';
import { SessionTable } from './session-table.js';
import { addressOf } from './subjects.js';

const identity = (id: string, incarnation: number) => ({ id, incarnation, clusterName: 'shop' });
const hello = (id: string, incarnation: number): Hello => ({
  ...identity(id, incarnation),
  protocol: PROTOCOL_VERSION,
  address: addressOf(identity(id, incarnation)),
  features: [],
});

/** A table of node `a` that is connected with node `b` in its first life. */
async function connected() {
  const pair = await SessionPair.up();
  const { session } = pair.a;
  const table = new SessionTable(
    { ...identity('a', 1), protocol: PROTOCOL_VERSION },
    addressOf(identity('a', 1)),
  );
  table.open(session);
  table.admit(session);
  return { pair, session, table };
}

it('has no objection to a stranger, and one to whoever calls itself like this node', async () => {
  const { table } = await connected();
  expect(table.objection(hello('c', 1), true)).toBeUndefined();
  expect(table.objection(hello('a', 2), true)).toMatchObject({ code: 'name_taken' });
});

it('calls a second session with one life superfluous where it dials, and asks the first whether it lives', async () => {
  const { pair, table } = await connected();
  expect(table.objection(hello('b', 1), false)).toBeUndefined();
  expect(pair.underWay).toEqual([]);
  expect(table.objection(hello('b', 1), true)).toMatchObject({ code: 'duplicate' });
  expect(pair.underWay).toHaveLength(1);
});

it('has a newer life wait until the older one has shown whether it lives', async () => {
  const { pair, table } = await connected();
  expect(table.objection(hello('b', 2), true)).toMatchObject({ code: 'name_contested' });
  await pair.settle();
  expect(table.objection(hello('b', 2), true)).toMatchObject({ code: 'name_taken' });
});

it('takes the newer life once nobody reads where the older one did, and the older one never again', async () => {
  const { pair, session, table } = await connected();
  table.objection(hello('b', 2), true);
  pair.a.bounced!();
  expect(session.hasEnded).toBe(true);
  table.remove(session);
  expect(table.objection(hello('b', 2), true)).toBeUndefined();
  const next = (await SessionPair.up()).a.session;
  table.open(next);
  table.admit(next);
  expect(table.objection(hello('b', 0), true)).toMatchObject({ code: 'stale_incarnation' });
  expect(table.isOver({ id: 'b', incarnation: 0 })).toBe(true);
});

it('knows a session that has ended for a while, so that a peer that missed the end can be told', async () => {
  const { session, table } = await connected();
  session.cut();
  table.remove(session);
  expect([table.size, table.all(), table.session(session.id)]).toEqual([0, [], session]);
});
