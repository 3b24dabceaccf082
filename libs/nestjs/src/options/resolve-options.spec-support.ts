import { InvalidOptionsError } from '@noex/contracts';
import type { Machine } from './machine.js';
import type { NoexModuleOptions } from './noex-options.js';
import type { OptionViolation } from './option-violation.js';
import { resolveNoexOptions } from './resolve-options.js';

export const SECRET = 'correct-horse-battery';
export const OLDER = 'older-horse-battery-staple';

export function machine(overrides: Partial<Machine> = {}): Machine {
  return {
    hostName: () => 'web-7',
    addresses: () => ['10.1.2.3', 'fd00::7'],
    readFile: (path) => {
      throw Object.assign(new Error(`ENOENT: no such file, open '${path}'`), { code: 'ENOENT' });
    },
    ...overrides,
  };
}

export const resolve = (code: unknown = {}, env: NodeJS.ProcessEnv = {}, on: Machine = machine()) =>
  resolveNoexOptions(code as NoexModuleOptions, env, on);

export function refused(code: unknown, env: NodeJS.ProcessEnv = {}, on?: Machine): InvalidOptionsError {
  try {
    resolve(code, env, on);
  } catch (error) {
    if (error instanceof InvalidOptionsError) return error;
    throw error;
  }
  throw new Error('the options were accepted');
}

export const violationsOf = (error: InvalidOptionsError) => error.data['violations'] as OptionViolation[];
export const badFields = (code: unknown, env: NodeJS.ProcessEnv = {}, on?: Machine) =>
  violationsOf(refused(code, env, on)).map(({ field }) => field);
