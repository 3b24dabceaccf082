import { runModule } from './run-module.js';

function parse(...args: string[]): unknown {
  return runModule(
    `import { parseOptions } from './tools/start/options.mjs';
    try { print(parseOptions(parameters)); } catch (error) { print(error.message); }`,
    args,
  );
}

describe('the options of npm start', () => {
  it('have defaults', () => {
    expect(parse()).toEqual({ once: false, help: false, corpusBytes: 48 * 1024 * 1024, nodes: 3 });
  });

  it('can be given', () => {
    expect(parse('--once', '--mib', '2', '--nodes=5')).toEqual({
      once: true,
      help: false,
      corpusBytes: 2 * 1024 * 1024,
      nodes: 5,
    });
  });

  it('are refused by name', () => {
    expect(parse('--nodes', '0')).toBe('--nodes must be a whole number from 1 to 50, not "0"');
    expect(parse('--mib', '1e3')).toContain('--mib');
    expect(parse('--twice')).toContain('--twice');
  });
});
