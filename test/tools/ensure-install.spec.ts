import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { runModule } from './run-module.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();

function isInstalled(): unknown {
  return runModule(
    `import { isInstalled } from './tools/ensure/install.mjs'; print(isInstalled(parameters));`,
    folder.path(),
  );
}

const WANTED = {
  '': { name: 'root' },
  'libs/own': { version: '1.0.0' },
  'node_modules/own': { resolved: 'libs/own', link: true },
  'node_modules/a': { version: '1.2.3', integrity: 'sha512-a' },
  'node_modules/other-platform': { version: '1.0.0', optional: true },
};

function locks(wanted: object, present?: object): void {
  folder.write({
    'package-lock.json': JSON.stringify({ packages: wanted }),
    'node_modules/a/package.json': '{}',
    'node_modules/own/package.json': '{}',
    ...(present ? { 'node_modules/.package-lock.json': JSON.stringify({ packages: present }) } : {}),
  });
}

function without(packages: Record<string, object>, ...paths: string[]): Record<string, object> {
  return Object.fromEntries(Object.entries(packages).filter(([path]) => !paths.includes(path)));
}

describe('isInstalled', () => {
  it('is satisfied with what npm leaves after an install, optional packages or not', () => {
    locks(WANTED, without(WANTED, '', 'node_modules/other-platform'));
    expect(isInstalled()).toBe(true);
  });

  it('is not without node_modules, or after an install that did not end', () => {
    locks(WANTED);
    expect(isInstalled()).toBe(false);
    rmSync(join(folder.path(), 'node_modules'), { recursive: true });
    expect(isInstalled()).toBe(false);
  });

  it('is not with another version, a package too few or one too many', () => {
    locks(WANTED, { ...WANTED, 'node_modules/a': { version: '1.2.4', integrity: 'sha512-a' } });
    expect(isInstalled()).toBe(false);
    locks(WANTED, without(WANTED, 'node_modules/own'));
    expect(isInstalled()).toBe(false);
    locks(WANTED, { ...WANTED, 'node_modules/b': { version: '1.0.0' } });
    expect(isInstalled()).toBe(false);
  });

  it('is not when a folder was deleted by hand', () => {
    locks(WANTED, WANTED);
    folder.write({ 'node_modules/other-platform/package.json': '{}' });
    expect(isInstalled()).toBe(true);
    rmSync(join(folder.path(), 'node_modules/a'), { recursive: true });
    expect(isInstalled()).toBe(false);
  });
});
