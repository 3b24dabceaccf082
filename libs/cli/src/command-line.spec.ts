import { EXIT, OperationFailed, UsageError, type Command, type CommandInput } from './command.js';
import { runCommandLine } from './command-line.js';

const greet: Command = {
  name: 'greet',
  usage: '[name...] [--loud]',
  summary: 'Greets.',
  details: 'More on greeting.',
  options: { loud: { type: 'boolean' }, json: { type: 'boolean' } },
  run({ positionals, options }: CommandInput, host) {
    if (positionals.length === 0) throw new UsageError('nobody to greet; name somebody');
    if (positionals[0] === 'Grump') throw new OperationFailed('asleep', 'Grump sleeps', { until: 'noon' });
    if (positionals[0] === 'nobody') throw new Error('a mistake in the command');
    host.writeOut(`${options['loud'] === true ? 'HELLO' : 'hello'} ${positionals.join(' ')}\n`);
    return EXIT.failed;
  },
};

async function run(...args: string[]) {
  const said = { out: '', error: '' };
  const code = await runCommandLine(args, [greet], '1.2.3', {
    cwd: '/',
    env: {},
    writeOut: (text) => (said.out += text),
    writeError: (text) => (said.error += text),
    isTerminal: false,
    sleep: async () => {},
  });
  return { code, ...said };
}

describe('the command line', () => {
  it('runs a command with its arguments and options, and ends with its exit code', async () => {
    expect(await run('greet', 'Ada', '--loud', 'Bob')).toEqual({
      code: EXIT.failed,
      out: 'HELLO Ada Bob\n',
      error: '',
    });
  });

  it.each(['--version', '-v'])('prints its version for %s', async (option) => {
    expect(await run(option)).toEqual({ code: EXIT.ok, out: '1.2.3\n', error: '' });
  });

  it.each(['--help', '-h'])('lists its commands for %s', async (option) => {
    const { code, out, error } = await run(option);
    expect({ code, error }).toEqual({ code: EXIT.ok, error: '' });
    expect(out).toContain('greet  Greets.');
  });

  it('explains a command without running it', async () => {
    const { code, out } = await run('greet', 'nobody', '--help');
    expect(code).toBe(EXIT.ok);
    expect(out).toContain('Usage: noex greet [name...] [--loud]');
    expect(out).toContain('More on greeting.');
  });

  it.each([
    [[], 'no command given'],
    [['meet'], 'no command is called "meet"'],
    [['greet', '--quiet'], "Unknown option '--quiet'"],
    [['greet', '--loud=very', 'Ada'], "'--loud' does not take an argument"],
    [['greet'], 'nobody to greet; name somebody'],
  ])('says what is wrong with %j, with exit code 2', async (args, problem) => {
    const { code, out, error } = await run(...args);
    expect({ code, out }).toEqual({ code: EXIT.usage, out: '' });
    expect(error).toContain(problem);
    expect(error).toContain('Usage: noex');
  });

  it('says on one line what could not be done, and for --json also as JSON', async () => {
    const error = 'noex greet: Grump sleeps\n';
    expect(await run('greet', 'Grump')).toEqual({ code: EXIT.failed, out: '', error });
    const { out, ...rest } = await run('greet', 'Grump', '--json');
    expect(rest).toEqual({ code: EXIT.failed, error });
    expect(JSON.parse(out)).toEqual({ error: { code: 'asleep', message: 'Grump sleeps', until: 'noon' } });
  });

  it('does not hide a mistake in a command behind its usage', async () => {
    await expect(run('greet', 'nobody')).rejects.toThrow('a mistake in the command');
  });
});
