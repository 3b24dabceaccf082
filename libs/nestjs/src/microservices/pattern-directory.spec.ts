import { ProcessRef } from '@noex/contracts';
import type { Cluster } from '@noex/cluster';
import type { GroupListener } from '@noex/runtime';
import { PatternDirectory } from './pattern-directory.js';

const [a, b] = ['a', 'b'].map((node) => new ProcessRef(node, 1, 1)) as [ProcessRef, ProcessRef];
const GROUP = 'nest-rpc:message:test:=sum';

function setup(groups: Record<string, ProcessRef[]>) {
  const draining = new Set<string>();
  const listeners = new Set<GroupListener>();
  const cluster = {
    groups: {
      groups: () => Object.keys(groups),
      members: (group: string) => groups[group] ?? [],
      onAnyChange: (listener: GroupListener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    members: { get: (node: string) => ({ draining: draining.has(node) }) },
  };
  const directory = new PatternDirectory(cluster as unknown as Cluster);
  const tell = (group: string) => {
    for (const listener of listeners) listener({ kind: 'joined', group, refs: [] });
  };
  return { directory, groups, draining, listeners, tell };
}

it('knows those that were there before it, and those that come and go after', () => {
  const { directory, groups, tell } = setup({ [GROUP]: [a], others: [b] });
  expect(directory.servers('sum')).toEqual([a]);
  groups[GROUP] = [a, b];
  tell(GROUP);
  expect(directory.servers('sum')).toHaveLength(2);
  groups[GROUP] = [b];
  tell(GROUP);
  expect(directory.servers('sum')).toEqual([b]);
});

it('names nodes that leave last, whosever turn it is', () => {
  const { directory, draining } = setup({ [GROUP]: [a, b] });
  draining.add('a');
  expect([1, 2, 3].map(() => directory.servers('sum')[0])).toEqual([b, b, b]);
  expect(directory.subscribers('sum')[0]).toEqual([b, a]);
});

it('listens no more once it is closed', () => {
  const { directory, listeners } = setup({});
  directory.close();
  expect(listeners.size).toBe(0);
});
