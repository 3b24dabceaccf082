import { parseArguments } from '../../bench/src/harness/arguments.js';

const parse = (...args: string[]) => parseArguments(args, ['remote-call', 'cast']);

describe('the arguments of the benchmark', () => {
  it('have defaults, shorter ones with --quick', () => {
    expect(parse()).toEqual({
      quick: false,
      only: [],
      rounds: 5,
      ms: 1_000,
      json: undefined,
      docs: false,
      profile: undefined,
    });
    expect(parse('--quick')).toMatchObject({ quick: true, rounds: 1, ms: 60 });
  });

  it('say which workloads, how often, how long and where to', () => {
    const words = [
      '--only',
      'cast',
      '--only',
      'remote-call',
      '--rounds',
      '3',
      '--ms',
      '250',
      '--json',
      'a.json',
      '--profile',
      'p',
      '--docs',
    ];
    expect(parse(...words)).toEqual({
      quick: false,
      only: ['cast', 'remote-call'],
      rounds: 3,
      ms: 250,
      json: 'a.json',
      docs: true,
      profile: 'p',
    });
  });

  it.each([
    [['--fast'], /unknown option --fast\n[^]*--quick/],
    [['--json'], /--json needs a value/],
    [['--only', 'calls'], /no workload calls; there are remote-call, cast/],
    [['--rounds', '0'], /--rounds takes a whole number from 1, not 0/],
    [['--ms', 'long'], /--ms takes a whole number from 1, not long/],
    [['--quick', '--docs'], /leave out --docs/],
  ])('refuse %j, and say why', (words, message) => {
    expect(() => parse(...words)).toThrow(message);
  });
});
