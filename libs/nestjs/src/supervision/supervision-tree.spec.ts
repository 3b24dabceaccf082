import { InvalidOptionsError } from '@noex/contracts';
import { NoexBehavior } from '../behavior/noex-behavior.decorator.js';
import type { NoexModuleOptions } from '../options/noex-options.js';
import type { OptionViolation } from '../options/option-violation.js';
import { resolveNoexOptions } from '../options/resolve-options.js';

@NoexBehavior('cart')
class Cart {}

class Plain {}

const resolve = (supervise: unknown) =>
  resolveNoexOptions(
    { supervise } as NoexModuleOptions,
    {},
    {
      hostName: () => 'web-7',
      addresses: () => [],
      readFile: () => '',
    },
  ).supervise;

function refused(supervise: unknown): InvalidOptionsError {
  try {
    resolve(supervise);
  } catch (error) {
    if (error instanceof InvalidOptionsError) return error;
    throw error;
  }
  throw new Error('the options were accepted');
}

const bad = (supervise: unknown) =>
  (refused(supervise).data['violations'] as OptionViolation[]).map(({ field, expected }) => [
    field,
    expected,
  ]);

describe('the option supervise', () => {
  it('takes behaviors by class and by name, with options, and trees of them', () => {
    const tree = {
      strategy: 'rest_for_one',
      maxRestarts: 3,
      withinMs: 60_000,
      children: [{ behavior: 'store', restart: 'transient', shutdownMs: 'kill' }, Cart],
    };
    const dynamic = { id: 'sessions', strategy: 'dynamic', template: { behavior: 'session' } };
    expect(
      resolve([Cart, 'mailer', { behavior: Cart, id: 'other', args: { n: 1 } }, tree, dynamic]).root,
    ).toEqual({
      children: [
        { id: 'cart', behavior: 'cart' },
        { id: 'mailer', behavior: 'mailer' },
        { id: 'other', behavior: 'cart', args: { n: 1 } },
        {
          id: 'supervisor-4',
          behavior: {
            strategy: 'rest_for_one',
            maxRestarts: 3,
            withinMs: 60_000,
            children: [
              { id: 'store', behavior: 'store', restart: 'transient', shutdownMs: 'kill' },
              { id: 'cart', behavior: 'cart' },
            ],
          },
        },
        { id: 'sessions', behavior: { strategy: 'dynamic', template: { behavior: 'session' } } },
      ],
    });
  });

  it('takes an object that also says how the root restarts', () => {
    const root = { strategy: 'one_for_all', maxRestarts: 5, children: ['cart'] };
    expect(resolve(root).root).toEqual({ ...root, children: [{ id: 'cart', behavior: 'cart' }] });
  });

  it('is nothing by default', () => {
    expect(resolve(undefined).root.children).toEqual([]);
  });

  it('is refused with everything that is wrong with it in the one error', () => {
    const error = refused([
      { strategy: 'one_for_some', children: [{ behavior: 'a', restart: 'often' }] },
      { strategy: 'one_for_all', maxRestarts: 0.5, withinMs: 0, children: 'cart' },
    ]);
    expect(error.message).toBe(
      [
        'noex cannot start, 5 options are wrong:',
        '  - supervise[0].strategy: got "one_for_some" in code (no variable sets it); expected one of one_for_one, one_for_all, rest_for_one, dynamic',
        '  - supervise[0].children[0].restart: got "often" in code (no variable sets it); expected one of permanent, transient, temporary',
        '  - supervise[1].maxRestarts: got 0.5 in code (no variable sets it); expected a whole number of restarts of at least 0',
        '  - supervise[1].withinMs: got 0 in code (no variable sets it); expected a number of milliseconds above 0',
        '  - supervise[1].children: got "cart" in code (no variable sets it); expected a list of children',
      ].join('\n'),
    );
  });

  it('is refused where two children of one supervisor have one id', () => {
    const twice = 'an id of its own: supervise[0] has it as well';
    expect(bad([Cart, { behavior: 'cart' }, { id: 'cart', children: ['cart'] }])).toEqual([
      ['supervise[1]', twice],
      ['supervise[2]', twice],
    ]);
  });

  it('is refused where a child is no behavior', () => {
    const expected = "a class decorated with @NoexBehavior('name'), or such a name";
    expect(bad([Plain, '', { behavior: Plain, id: 'x' }, { id: 'y' }])).toEqual([
      ['supervise[0]', expected],
      ['supervise[1]', expected],
      ['supervise[2].behavior', expected],
      ['supervise[3].behavior', expected],
    ]);
    expect(bad([7])).toEqual([['supervise[0]', expect.stringContaining('a behavior (class or name)')]]);
    expect(bad('cart')).toEqual([['supervise', expect.stringContaining('a list of children')]]);
  });

  it('is refused where a field has no such name, with a hint', () => {
    expect(
      bad([
        { behavior: 'cart', restarts: 'permanent' },
        { children: [], maxRestart: 1 },
      ]),
    ).toEqual([
      ['supervise[0].restarts', 'no field of this name; did you mean restart?'],
      ['supervise[1].maxRestart', 'no field of this name; did you mean maxRestarts?'],
    ]);
  });

  it('is refused where a dynamic supervisor is the root or begins with children', () => {
    expect(bad({ strategy: 'dynamic' })).toEqual([
      ['supervise.strategy', 'one_for_one, one_for_all or rest_for_one at the root'],
    ]);
    expect(bad([{ strategy: 'dynamic', children: ['cart'], template: 'cart' }])).toEqual([
      ['supervise[0].children', 'none: those of a dynamic supervisor come later'],
      ['supervise[0].template', '{ behavior, … }'],
    ]);
    expect(bad([{ children: [], template: { behavior: 'cart' } }])).toEqual([
      ['supervise[0].template', 'none unless it is dynamic'],
    ]);
  });
});

describe('@NoexBehavior', () => {
  it('refuses a restart policy that is none', () => {
    const decorate = () => NoexBehavior('x', { restart: 'often' as never })(class Wrong {});
    expect(decorate).toThrow(
      /@NoexBehavior\('x'\) on class Wrong: restart is often; expected one of permanent/,
    );
  });
});
