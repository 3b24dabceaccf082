import { ProcessRef, type LogFields, type Logger } from '@noex/contracts';
import type { BehaviorDriver } from '../behavior.js';
import { LocalNode } from '../local-node.js';
import { ProcessGroups, type GroupChange } from './process-groups.js';

const idle: BehaviorDriver = {
  name: 'idle',
  crashOnCallError: false,
  shutdownMs: 1000,
  init: () => undefined,
  call: () => undefined,
  cast: () => undefined,
  info: () => undefined,
  down: () => undefined,
  terminate: undefined,
};

async function setup(processes = 2) {
  const lines: [string, LogFields | undefined][] = [];
  const add = (line: string, fields?: LogFields) => void lines.push([line, fields]);
  const logger: Logger = { debug: add, info: add, warn: add, error: add };
  const node = new LocalNode({ id: 'n1', incarnation: 1, logger });
  const groups = new ProcessGroups(node);
  const refs: ProcessRef[] = [];
  for (let n = 0; n < processes; n++) refs.push(await node.spawn(idle));
  return { node, groups, lines, a: refs[0]!, b: refs[1]! };
}

/** What happens to a group, as text. */
function changesOf(groups: ProcessGroups, group: string): string[] {
  const changes: string[] = [];
  groups.onChange(group, ({ kind, refs }) => changes.push(`${kind} ${refs.map((r) => r.id).join()}`));
  return changes;
}

it('a group has its members in the order they joined, and is gone with the last of them', async () => {
  const { groups, a, b } = await setup();
  expect(groups.members('workers')).toEqual([]);
  expect(groups.join('workers', b)).toBe(true);
  expect(groups.join('workers', a)).toBe(true);
  expect(groups.join('others', a)).toBe(true);
  expect(groups.members('workers')).toEqual([b, a]);
  expect(groups.groups()).toEqual(['workers', 'others']);
  groups.leave('workers', b);
  groups.leave('workers', a);
  expect(groups.members('workers')).toEqual([]);
  expect(groups.groups()).toEqual(['others']);
});

it('a process that joined several times is a member as often, and leaves as often', async () => {
  const { groups, a } = await setup();
  groups.join('workers', a);
  groups.join('workers', a);
  expect(groups.members('workers')).toEqual([a, a]);
  expect(groups.leave('workers', a)).toBe(true);
  expect(groups.members('workers')).toEqual([a]);
  expect(groups.leave('workers', a)).toBe(true);
  expect(groups.leave('workers', a)).toBe(false);
  expect(groups.members('workers')).toEqual([]);
});

it('to leave a group one is not in changes nothing and says so', async () => {
  const { groups, a, b } = await setup();
  groups.join('workers', a);
  const changes = changesOf(groups, 'workers');
  expect(groups.leave('workers', b)).toBe(false);
  expect(groups.leave('unknown', a)).toBe(false);
  expect(groups.members('workers')).toEqual([a]);
  expect(changes).toEqual([]);
});

it.each(['kill', 'shutdown'])('a process that ended (%s) is out of all groups at once', async (reason) => {
  const { node, groups, a, b } = await setup();
  groups.join('workers', a);
  groups.join('workers', b);
  groups.join('workers', a);
  groups.join('others', a);
  const changes = changesOf(groups, 'workers');
  const ended = new Promise((resolve) => node.monitor(a, resolve));
  node.exit(a, reason);
  await ended;
  expect(groups.members('workers')).toEqual([b]);
  expect(groups.groups()).toEqual(['workers']);
  expect(changes).toEqual([`left ${a.id},${a.id}`]);
});

it.each([
  ['has ended', (a: ProcessRef) => a],
  ['never was', () => new ProcessRef('n1', 1, 999)],
  ['is of an earlier life of the node', (a: ProcessRef) => new ProcessRef('n1', 0, a.id)],
  ['lives on another node', () => new ProcessRef('n2', 1, 1)],
])('a process that %s cannot join: nothing happens, and both result and log say so', async (_, refOf) => {
  const { node, groups, lines, a } = await setup();
  node.exit(a, 'kill');
  const changes = changesOf(groups, 'workers');
  expect(groups.join('workers', refOf(a))).toBe(false);
  expect(groups.groups()).toEqual([]);
  expect(changes).toEqual([]);
  expect(lines.at(-1)?.[1]).toMatchObject({ event: 'group_join_refused', group: 'workers' });
});

it('watches a process with one monitor, however often it joins, and with none after it left', async () => {
  const { node, groups, a } = await setup();
  let watched = 0;
  const counting = {
    logger: node.logger,
    isAlive: (ref: ProcessRef) => node.isAlive(ref),
    monitor: (...args: Parameters<LocalNode['monitor']>) => {
      watched++;
      const monitor = node.monitor(...args);
      return { target: monitor.target, cancel: () => (watched--, monitor.cancel()) };
    },
  };
  const counted = new ProcessGroups(counting);
  for (const group of ['x', 'y', 'x']) counted.join(group, a);
  expect(watched).toBe(1);
  for (const group of ['x', 'y']) counted.leave(group, a);
  expect(watched).toBe(1);
  counted.leave('x', a);
  expect(watched).toBe(0);
  counted.join('x', a);
  node.exit(a, 'kill');
  expect(counted.groups()).toEqual([]);
  expect(groups.groups()).toEqual([]);
});

it('a listener hears the changes of its group only, until it is taken off', async () => {
  const { groups, a } = await setup();
  const all: GroupChange[] = [];
  groups.onAnyChange((change) => all.push(change));
  const heard: GroupChange[] = [];
  const off = groups.onChange('workers', (change) => heard.push(change));
  groups.join('workers', a);
  groups.join('others', a);
  groups.leave('workers', a);
  off();
  groups.join('workers', a);
  expect(heard).toEqual([
    { kind: 'joined', group: 'workers', refs: [a] },
    { kind: 'left', group: 'workers', refs: [a] },
  ]);
  expect(all).toHaveLength(4);
});

it('a listener that another takes off hears nothing more', async () => {
  const { groups, a } = await setup();
  groups.onChange('workers', () => void off());
  const heard = jest.fn();
  const off = groups.onChange('workers', heard);
  groups.join('workers', a);
  expect(heard).not.toHaveBeenCalled();
});

it('listeners that change groups themselves hear all news in one order', async () => {
  const { groups, a, b } = await setup();
  groups.onChange('workers', ({ kind, refs }) => {
    if (kind === 'joined' && refs[0] === a) groups.join('workers', b);
  });
  const changes = changesOf(groups, 'workers');
  groups.join('workers', a);
  expect(changes).toEqual([`joined ${a.id}`, `joined ${b.id}`]);
});

it('a listener that throws is logged and does not keep the others from hearing', async () => {
  const { groups, lines, a } = await setup();
  groups.onChange('workers', () => {
    throw new Error('deaf');
  });
  const changes = changesOf(groups, 'workers');
  groups.join('workers', a);
  groups.leave('workers', a);
  expect(changes).toEqual([`joined ${a.id}`, `left ${a.id}`]);
  expect(lines.filter(([, fields]) => fields?.event === 'listener_failed')).toHaveLength(2);
});
