import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../command.js';
import { readConnection } from './connection.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'noex-cli-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const read = (options: Record<string, string>, env: NodeJS.ProcessEnv) =>
  readConnection(
    { positionals: [], options },
    {
      cwd: '/',
      env,
      writeOut: () => {},
      writeError: () => {},
      isTerminal: false,
      sleep: async () => {},
    },
  );
const urlOf = (options: Record<string, string>, env: NodeJS.ProcessEnv = {}) =>
  read(options, { NOEX_TOKEN: 'a', ...env }).url;

describe('the connection to a node', () => {
  it('goes to the option, else the variable, else the node of this machine', () => {
    expect(urlOf({ url: 'http://a:1' }, { NOEX_URL: 'http://b:2' })).toBe('http://a:1');
    expect(urlOf({}, { NOEX_URL: 'https://b/node/', MANAGEMENT_PORT: '7' })).toBe('https://b/node');
    expect(urlOf({}, { MANAGEMENT_PORT: '7777' })).toBe('http://127.0.0.1:7777');
    expect(urlOf({})).toBe('http://127.0.0.1:9090');
  });

  it.each(['localhost:9090', 'web-1', 'ftp://a', 'http://', 'http://u:p@a', 'http://a?b=c', '/x'])(
    'takes no %s for a URL',
    (url) => {
      expect(() => urlOf({ url })).toThrow(/is no URL of a management port; write it as http:/);
    },
  );

  it('has the first token there is: of the option, of its own variables, of those of the node', () => {
    const env = {
      NOEX_TOKEN_FILE: file('b', 'token-b\n'),
      NOEX_TOKEN: 'token-c',
      MANAGEMENT_TOKEN_FILE: file('d', 'token-d'),
      MANAGEMENT_TOKEN: 'token-e',
    };
    const names = Object.keys(env) as (keyof typeof env)[];
    const option = { 'token-file': file('a', '  token-a\r\n') };
    expect(read(option, env).token).toBe('token-a');
    names.forEach((_, first) => {
      const rest = Object.fromEntries(names.slice(first).map((name) => [name, env[name]]));
      expect(read({}, rest).token).toBe(`token-${'bcde'[first]}`);
    });
  });

  it.each([
    [{}, {}, 'no token is given'],
    [{ 'token-file': 'hunter2-hunter2' }, {}, '--token-file names no file that can be read (ENOENT)'],
    [{}, { NOEX_TOKEN_FILE: 'hunter2-hunter2' }, 'NOEX_TOKEN_FILE names no file'],
    [{}, { NOEX_TOKEN: ' ' }, 'NOEX_TOKEN holds no token'],
    [{}, { NOEX_TOKEN: 'hunter2 hunter2' }, 'NOEX_TOKEN holds no token'],
  ])('says what is wrong with the token of %j and %j, without showing it', (options, env, problem) => {
    const attempt = () => read(options as Record<string, string>, env);
    expect(attempt).toThrow(UsageError);
    expect(attempt).toThrow(problem);
    expect(attempt).not.toThrow(/hunter2/);
  });
});
