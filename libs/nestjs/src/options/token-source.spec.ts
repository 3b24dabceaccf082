import { inspect } from 'node:util';
import { badFields, machine, refused, resolve, violationsOf } from './resolve-options.spec-support.js';

const TOKEN = 'operator-horse-battery';
const PORT = { MANAGEMENT_PORT: '9090' };
const holding = (content: string) => machine({ readFile: () => content });
const apiOf = (...args: Parameters<typeof resolve>) => {
  const { management } = resolve(...args);
  return management ? management.api : undefined;
};

describe('the token of the management API', () => {
  it('is what switches it on: without one there is none', () => {
    expect(apiOf({ management: { port: 0 } })).toBeUndefined();
    expect(apiOf({}, PORT)).toBeUndefined();
    expect(apiOf({ management: { port: 0, token: TOKEN } })!.token.matches(TOKEN)).toBe(true);
    expect(apiOf({}, { ...PORT, MANAGEMENT_TOKEN: TOKEN })!.token.matches(TOKEN)).toBe(true);
  });

  it('comes from a file, named in code or by a variable, without the line break at its end', () => {
    const readFile = jest.fn(() => `${TOKEN}\n`);
    const on = machine({ readFile });
    expect(apiOf({ management: { tokenFile: '/a' } }, PORT, on)!.token.matches(TOKEN)).toBe(true);
    expect(apiOf({}, { ...PORT, MANAGEMENT_TOKEN_FILE: '/b' }, on)!.token.matches(TOKEN)).toBe(true);
    expect(readFile.mock.calls).toEqual([['/a'], ['/b']]);
  });

  it('of code wins over that of the environment, be it there or in a file', () => {
    const other = 'another-horse-battery';
    const inEnv = { ...PORT, MANAGEMENT_TOKEN: other, MANAGEMENT_TOKEN_FILE: '/b' };
    expect(apiOf({ management: { token: TOKEN } }, inEnv)!.token.matches(TOKEN)).toBe(true);
    const inFile = apiOf(
      { management: { tokenFile: '/a' } },
      { ...PORT, MANAGEMENT_TOKEN: other },
      holding(TOKEN),
    );
    expect(inFile!.token.matches(TOKEN)).toBe(true);
  });

  it.each([
    [{ management: { port: 0, token: 'fifteen-letters' } }, {}, undefined, 'management.token', 'at least 16'],
    [{ management: { port: 0, token: '' } }, {}, undefined, 'management.token', 'at least 16'],
    [
      { management: { port: 0, token: 'with a blank in it all' } },
      {},
      undefined,
      'management.token',
      'ASCII',
    ],
    [{ management: { port: 0, token: 1234567890123456 } }, {}, undefined, 'management.token', 'at least 16'],
    [{}, { ...PORT, MANAGEMENT_TOKEN: '' }, undefined, 'management.token', 'at least 16'],
    [{}, { MANAGEMENT_TOKEN: TOKEN }, undefined, 'management.token', 'set MANAGEMENT_PORT'],
    [{}, { ...PORT, MANAGEMENT_TOKEN_FILE: '/f' }, holding('short'), 'management.token', 'at least 16'],
    [{}, { ...PORT, MANAGEMENT_TOKEN_FILE: '/f' }, holding(' \n'), 'management.tokenFile', 'it is empty'],
    [
      {},
      { ...PORT, MANAGEMENT_TOKEN_FILE: TOKEN },
      undefined,
      'management.tokenFile',
      'readable file (ENOENT)',
    ],
    [{ management: { port: 0, tokenFile: 7 } }, {}, undefined, 'management.tokenFile', 'readable file'],
    [
      {},
      { ...PORT, MANAGEMENT_TOKEN: TOKEN, MANAGEMENT_TOKEN_FILE: '/f' },
      holding(TOKEN),
      'management.tokenFile',
      'not both',
    ],
    [
      { management: { port: 0, token: TOKEN, tokenFile: '/f' } },
      {},
      holding(TOKEN),
      'management.tokenFile',
      'not both',
    ],
    [
      { management: { port: 0, allowRemote: 'yes' } },
      {},
      undefined,
      'management.allowRemote',
      'true or false',
    ],
  ])('as in %j with %j is refused, without being shown', (code, env, on, field, expected) => {
    const error = refused(code, env, on);
    expect(violationsOf(error)).toMatchObject([{ field }]);
    expect(error.message).toContain(expected);
    expect(inspect(error)).not.toMatch(/horse|fifteen|blank|short\b|1234567/);
  });

  it('is not looked at where the management port is switched off', () => {
    expect(
      apiOf({ management: false }, { MANAGEMENT_TOKEN: 'x', MANAGEMENT_TOKEN_FILE: '/f' }),
    ).toBeUndefined();
  });

  it('lets the API answer other machines only where that is asked for', () => {
    const env = { ...PORT, MANAGEMENT_HOST: '0.0.0.0', MANAGEMENT_TOKEN: TOKEN };
    expect(apiOf({}, env)!.allowRemote).toBe(false);
    expect(apiOf({}, { ...env, MANAGEMENT_ALLOW_REMOTE: 'true' })!.allowRemote).toBe(true);
    expect(badFields({}, { ...env, MANAGEMENT_ALLOW_REMOTE: 'maybe' })).toEqual(['management.allowRemote']);
  });

  it('stands nowhere in what the options show of themselves', () => {
    const options = resolve({ management: { port: 0, token: TOKEN } });
    expect(inspect(options, { showHidden: true, depth: null }) + JSON.stringify(options)).not.toContain(
      'horse',
    );
  });
});
