import { connectionOf, membersOf } from './members.spec-support.js';

let members: ReturnType<typeof membersOf>['members'];
let events: string[];
let connect: ReturnType<typeof membersOf>['connect'];

beforeEach(() => ({ members, events, connect } = membersOf()));

describe('a connected peer', () => {
  it('is up once it has said what it can do, and only once', () => {
    const peer = connect('b');
    expect([members.size, members.get('b'), events]).toEqual([0, undefined, []]);
    expect(members.at(peer.connection)).toBe(peer);
    members.admit(peer);
    members.admit(peer);
    expect(events).toEqual(['up b 1']);
    expect(members.get('b')).toBe(peer);
    expect([...members.values()]).toEqual([peer]);
  });

  it('that is lost before it was up was never there', () => {
    const peer = connect('b');
    members.remove(peer.connection, 'connection_closed');
    members.admit(peer);
    expect(events).toEqual([]);
    expect([members.size, members.at(peer.connection), peer.up]).toEqual([0, undefined, false]);
    expect([...members.downs.entries()]).toEqual([]);
  });

  it('goes down once in each life', () => {
    const first = connect('b', 1);
    members.admit(first);
    members.remove(first.connection, 'connection_closed');
    members.remove(first.connection, 'heartbeat_timeout');
    const second = connect('b', 2);
    members.admit(second);
    members.remove(first.connection, 'connection_closed');
    expect(members.get('b')).toBe(second);
    members.remove(second.connection, 'graceful_shutdown');
    expect(events).toEqual(['up b 1', 'down b connection_closed', 'up b 2', 'down b graceful_shutdown']);
    expect([...members.downs.entries()]).toEqual([
      ['connection_closed', 1],
      ['graceful_shutdown', 1],
    ]);
  });

  it('that presents itself while a former life of its node is still up ends that one first, and closes it', () => {
    const former = connect('b', 1);
    members.admit(former);
    const later = connect('b', 2);
    members.admit(later);
    expect(events).toEqual(['up b 1', 'down b connection_closed', 'up b 2']);
    expect([former.up, connectionOf(former).closed]).toEqual([false, ['connection_closed']]);
    members.remove(former.connection, 'connection_closed');
    expect([members.get('b'), events.length]).toEqual([later, 3]);
  });

  it('is already gone when listeners hear that it is down', () => {
    const peer = connect('b');
    members.admit(peer);
    const seen: unknown[] = [];
    members.nodeDown.add((id) => seen.push(members.get(id), peer.up));
    members.remove(peer.connection, 'connection_closed');
    expect(seen).toEqual([undefined, false]);
  });
});

it('a listener that throws keeps nobody else from hearing', () => {
  const heard: string[] = [];
  members.nodeUp.add(() => {
    throw new Error('listener');
  });
  members.nodeUp.add(({ id }) => heard.push(id));
  const peer = connect('b');
  members.admit(peer);
  expect(heard).toEqual(['b']);
});

it('when this node leaves, everything ends and nobody is told that others went down', () => {
  const up = connect('b');
  members.admit(up);
  const joining = connect('c');
  members.clear();
  expect([up.up, joining.up, members.size, events]).toEqual([false, false, 0, ['up b 1']]);
});
