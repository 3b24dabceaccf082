import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

type Releases = { name: string; type: string; newVersion: string }[];

/** The workspace as Changesets sees it: its manifests, its changesets, and one commit. */
class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), 'noex-changesets-'));
  readonly packages = ['libs', 'apps'].flatMap((group) =>
    readdirSync(join(ROOT, group)).map((name) => `${group}/${name}`),
  );

  constructor() {
    cpSync(join(ROOT, 'package.json'), join(this.folder, 'package.json'));
    cpSync(join(ROOT, '.changeset'), join(this.folder, '.changeset'), { recursive: true });
    for (const name of this.packages) {
      mkdirSync(join(this.folder, name), { recursive: true });
      cpSync(join(ROOT, name, 'package.json'), join(this.folder, name, 'package.json'));
    }
    // Tells Changesets that these are npm's workspaces.
    writeFileSync(join(this.folder, 'package-lock.json'), '{}\n');
    writeFileSync(join(this.folder, '.gitignore'), 'node_modules\n');
    symlinkSync(join(ROOT, 'node_modules'), join(this.folder, 'node_modules'), 'junction');
    const author = ['-c', 'user.name=test', '-c', 'user.email=test@localhost'];
    this.run('git', ['init', '--quiet', '--initial-branch', 'main']);
    this.run('git', [...author, 'add', '--all']);
    this.run('git', [...author, 'commit', '--quiet', '--no-verify', '--no-gpg-sign', '--message', 'All']);
  }

  changeset(...args: string[]): string {
    return this.run(process.execPath, ['-e', "import('@changesets/cli')", 'changeset', ...args]);
  }

  manifests(group: string): Manifest[] {
    return this.packages
      .filter((name) => name.startsWith(`${group}/`))
      .map((name) => JSON.parse(this.read(`${name}/package.json`)) as Manifest);
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private run(command: string, args: string[]): string {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: this.folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  }
}

/** What a package asks of other packages of ours, by name. */
function ownDependencies({ dependencies, peerDependencies }: Manifest): [name: string, range: string][] {
  return Object.entries({ ...dependencies, ...peerDependencies }).filter(([name]) =>
    name.startsWith('@noex/'),
  );
}

describe('a release', () => {
  let workspace: Workspace;
  let before: Manifest[];
  let plan: { releases: Releases; changesets: { releases: Releases }[] };

  beforeAll(() => {
    workspace = new Workspace();
    before = workspace.manifests('libs');
    // A change of one library, so that there is a release whatever waits for one.
    writeFileSync(
      join(workspace.folder, '.changeset/of-a-test.md'),
      '---\n"@noex/contracts": patch\n---\n\nA test.\n',
    );
    workspace.changeset('status', '--output', 'plan.json');
    plan = JSON.parse(workspace.read('plan.json')) as typeof plan;
    workspace.changeset('version');
  }, 60_000);

  afterAll(() => workspace.remove());

  it('is of all libraries, in one version, and of nothing else', () => {
    const released = plan.releases.filter(({ type }) => type !== 'none');
    expect(released.map(({ name }) => name).sort()).toEqual(before.map(({ name }) => name).sort());
    expect(new Set(released.map(({ newVersion }) => newVersion)).size).toBe(1);
    expect(released[0]!.newVersion).not.toBe(before[0]!.version);
  });

  it('has each library ask for the others in that very version', () => {
    const { newVersion } = plan.releases[0]!;
    const after = workspace.manifests('libs');
    expect(after.map(({ version }) => version)).toEqual(after.map(() => newVersion));
    const asked = [...after, ...workspace.manifests('apps')].flatMap(ownDependencies);
    expect(asked.length).toBeGreaterThan(before.length);
    expect(asked.filter(([, range]) => range !== newVersion)).toEqual([]);
  });

  it('is a major one only where a changeset says so, and not for a dependency', () => {
    const isMajor = (releases: Releases) => releases.some(({ type }) => type === 'major');
    expect(isMajor(plan.releases)).toBe(plan.changesets.some(({ releases }) => isMajor(releases)));
  });

  it('takes every changeset into the changelogs', () => {
    expect(readdirSync(join(workspace.folder, '.changeset'))).toEqual(['config.json']);
    expect(workspace.read('libs/contracts/CHANGELOG.md')).toContain('A test.');
  });
});
