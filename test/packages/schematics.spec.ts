import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { temporaryFolder } from '../tools/temporary-folder.js';

// Of what the real CLI does here, nothing reaches the network; that the result runs is what run.mjs shows.
jest.setTimeout(240_000);

const ROOT = join(__dirname, '../..');
const folder = temporaryFolder();
let app: string;

/** The real CLI, in the app unless said otherwise. */
function nest(args: readonly string[], cwd = app): string {
  const bin = join(ROOT, 'node_modules/@nestjs/cli/bin/nest.js');
  const { stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd, encoding: 'utf8' });
  return `${stdout}${stderr}`;
}

const read = (path: string): string => readFileSync(join(app, path), 'utf8');
const change = (path: string, from: string, to: string): void => {
  expect(read(path)).toContain(from);
  writeFileSync(join(app, path), read(path).replace(from, to));
};

/** Runs a test of the app against the libraries' sources; true where it passes. */
function passes(spec: string): { readonly passed: boolean; readonly output: string } {
  const scratch = join(ROOT, '.cache/schematics');
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  for (const file of [spec, spec.replace('.spec.ts', '.ts')]) {
    writeFileSync(join(scratch, file.split('/').at(-1)!), read(file));
  }
  const jest = join(ROOT, 'node_modules/jest/bin/jest.js');
  const { status, stderr } = spawnSync(process.execPath, [jest, '--roots', scratch, '--runInBand'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  rmSync(scratch, { recursive: true, force: true });
  return { passed: status === 0, output: stderr };
}

// Made once: it takes longer than all that is done to its copies.
let created: string;
beforeAll(() => {
  created = mkdtempSync(join(tmpdir(), 'noex-nest-new-'));
  nest(['new', 'shop', '--package-manager', 'npm', '--skip-install', '--skip-git', '--no-observe'], created);
});
afterAll(() => rmSync(created, { recursive: true, force: true }));

beforeEach(() => {
  app = join(folder.path(), 'shop');
  cpSync(join(created, 'shop'), app, { recursive: true });
  mkdirSync(join(app, 'node_modules/@noex'), { recursive: true });
  symlinkSync(join(ROOT, 'libs/nestjs'), join(app, 'node_modules/@noex/nestjs'), 'dir');
});

describe('nest g -c @noex/nestjs behavior', () => {
  it('makes a behavior, provides it in the nearest module, and its test passes until the behavior is wrong', () => {
    mkdirSync(join(app, 'src/shop'));
    writeFileSync(
      join(app, 'src/shop/shop.module.ts'),
      "import { Module } from '@nestjs/common';\n\n@Module({})\nexport class ShopModule {}\n",
    );
    nest(['g', '-c', '@noex/nestjs', 'behavior', 'shop/ShoppingCart']);
    const behavior = 'src/shop/shopping-cart/shopping-cart.behavior.ts';
    expect(read(behavior)).toContain("@NoexBehavior('shopping-cart')\nexport class ShoppingCartBehavior {");
    expect(read('src/shop/shop.module.ts')).toBe(
      "import { Module } from '@nestjs/common';\n" +
        "import { ShoppingCartBehavior } from './shopping-cart/shopping-cart.behavior.js';\n\n" +
        '@Module({\n  providers: [ShoppingCartBehavior]\n})\nexport class ShopModule {}\n',
    );
    expect(read('src/app.module.ts')).not.toContain('ShoppingCart');
    const spec = behavior.replace('.ts', '.spec.ts');
    expect(passes(spec)).toMatchObject({ passed: true });
    change(behavior, 'this.items.length = 0', 'this.items.length += 0');
    expect(passes(spec)).toMatchObject({
      passed: false,
      output: expect.stringContaining('● ShoppingCartBehavior › is empty'),
    });
  });

  it('takes the options of nest g service: the path, --flat, --no-spec and --skip-import', () => {
    const module = read('src/app.module.ts');
    nest(['g', '-c', '@noex/nestjs', 'behavior', 'cart', 'shop', '--flat', '--no-spec', '--skip-import']);
    expect(read('src/shop/cart.behavior.ts')).toContain('export class CartBehavior {');
    expect(existsSync(join(app, 'src/shop/cart.behavior.spec.ts'))).toBe(false);
    expect(read('src/app.module.ts')).toBe(module);
  });

  it('leaves everything as it was where the name is none, or taken', () => {
    const module = read('src/app.module.ts');
    expect(nest(['g', '-c', '@noex/nestjs', 'behavior', '4you'])).toContain(
      '"4you" is no name for a behavior',
    );
    expect(read('src/app.module.ts')).toBe(module);
    mkdirSync(join(app, 'src/cart'));
    writeFileSync(join(app, 'src/cart/cart.behavior.ts'), '// mine\n');
    expect(nest(['g', '-c', '@noex/nestjs', 'behavior', 'cart'])).toMatch(/already exist/);
    expect(read('src/cart/cart.behavior.ts')).toBe('// mine\n');
    expect(read('src/app.module.ts')).toBe(module);
  });

  it('imports without endings where the app is CommonJS', () => {
    change('package.json', '  "type": "module",\n', '');
    nest(['g', '-c', '@noex/nestjs', 'behavior', 'cart']);
    expect(read('src/app.module.ts')).toContain("from './cart/cart.behavior';");
    expect(read('src/cart/cart.behavior.spec.ts')).toContain("from './cart.behavior';");
  });
});

describe('nest add @noex/nestjs', () => {
  const add = (): string => nest(['add', '@noex/nestjs', '--skip-install']);

  it('adds the module, the shutdown hooks and what has to be installed, once', () => {
    add();
    expect(read('src/app.module.ts')).toContain("import { NoexModule } from '@noex/nestjs';");
    expect(read('src/app.module.ts')).toContain('imports: [NoexModule.forRoot()],');
    expect(read('src/main.ts')).toContain(
      "(AppModule);\n  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });\n  await app.listen(",
    );
    const { version, peerDependencies, peerDependenciesMeta } = JSON.parse(
      readFileSync(join(ROOT, 'libs/nestjs/package.json'), 'utf8'),
    ) as {
      version: string;
      peerDependencies: Record<string, string>;
      peerDependenciesMeta: Record<string, { optional?: boolean }>;
    };
    const required = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
    const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
    expect(Object.keys(manifest.dependencies!)).toEqual(expect.arrayContaining(required));
    expect(manifest.dependencies).toMatchObject({
      '@noex/nestjs': `^${version}`,
      'prom-client': peerDependencies['prom-client'],
    });
    expect(manifest.devDependencies).toMatchObject({ '@noex/testing': `^${version}` });
    // What the app has already stays as it is.
    expect(manifest.dependencies!['@nestjs/common']).toBe('^12.0.1');
    expect(Object.keys(manifest.dependencies!)).toEqual(Object.keys(manifest.dependencies!).sort());

    const files = ['src/app.module.ts', 'src/main.ts', 'package.json'];
    const before = files.map(read);
    expect(add()).not.toContain('UPDATE');
    expect(files.map(read)).toEqual(before);
  });

  it('leaves a main.ts and a module that it does not understand, and says what to do', () => {
    writeFileSync(join(app, 'src/main.ts'), "export { start } from './start.js';\n");
    writeFileSync(join(app, 'src/app.module.ts'), 'export class AppModule {}\n');
    const said = add();
    expect(said).toContain('add NoexModule.forRoot() to the imports of your root module yourself');
    expect(said).toContain(
      "call app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true }) in it",
    );
    expect(read('src/main.ts')).toBe("export { start } from './start.js';\n");
    expect(read('src/app.module.ts')).toBe('export class AppModule {}\n');
  });
});
