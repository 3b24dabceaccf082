import type { BehaviorDefinition, NoexBehaviorOptions } from '../behavior/behavior-metadata.js';
import { supervisionPlan } from './supervision-plan.js';
import { readSupervision } from './supervision-tree.js';

const definition = (name: string, options: NoexBehaviorOptions = {}): BehaviorDefinition => ({
  name,
  type: class {},
  options,
  handlers: [],
  machine: undefined,
});

const plan = (supervise: unknown, behaviors: readonly BehaviorDefinition[], others: string[] = []) =>
  supervisionPlan(readSupervision(supervise).tree, behaviors, [
    ...behaviors.map(({ name }) => name),
    ...others,
  ]);

describe('the plan of a node', () => {
  it('is nothing where nothing is declared', () => {
    expect(plan([], [definition('a')])).toBeUndefined();
  });

  it('is the declared tree, then what starts by itself', () => {
    const auto = definition('auto', { autoStart: true, restart: 'temporary' });
    const named = definition('named', { autoStart: { args: 1, name: 'star' } });
    expect(plan({ maxRestarts: 9, children: ['a'] }, [auto, definition('a'), named])).toEqual({
      maxRestarts: 9,
      children: [
        { id: 'a', behavior: 'a' },
        { id: 'auto', behavior: 'auto', restart: 'temporary' },
        { id: 'named', behavior: 'named', args: 1, name: 'star' },
      ],
    });
  });

  it('restarts each behavior as it says itself unless the tree says otherwise, at any depth', () => {
    const a = definition('a', { restart: 'transient' });
    const nested = { children: ['a', { behavior: 'a', id: 'b', restart: 'permanent' }] };
    const dynamic = { strategy: 'dynamic', template: { behavior: 'a' } };
    expect(plan([nested, dynamic], [a])).toEqual({
      children: [
        {
          id: 'supervisor-1',
          behavior: {
            children: [
              { id: 'a', behavior: 'a', restart: 'transient' },
              { id: 'b', behavior: 'a', restart: 'permanent' },
            ],
          },
        },
        {
          id: 'supervisor-2',
          behavior: { strategy: 'dynamic', template: { behavior: 'a', restart: 'transient' } },
        },
      ],
    });
  });

  it('takes behaviors that the node knows without a class', () => {
    expect(plan(['plain'], [], ['plain'])).toEqual({ children: [{ id: 'plain', behavior: 'plain' }] });
  });
});
