import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '@noex/cli';

const ROOT = join(__dirname, '../..');
const NOEX = join(ROOT, 'libs/cli/bin/noex.js');
const SEED_DOCUMENT = 'test/doctor/fixtures/seed-document.md';

function noex(args: readonly string[], cwd = ROOT, env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [NOEX, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { status, stdout, stderr };
}

/** Each fault of the seed document by its number there: the rule that finds it, and the line that it points to. */
const FAULTS: [number, string, string][] = [
  [1, 'seed-form', 'value: "noex-cluster-0.noex-cluster-headless:4369"'],
  [2, 'start-order', 'spec:'],
  [3, 'peer-service', 'clusterIP: None  # Headless service'],
  [4, 'advertised-host', 'env:'],
  [5, 'fixed-seed', 'value: "noex-cluster-0.noex-cluster-headless:4369"'],
  [6, 'pod-identity', 'selector:'],
  [7, 'disruption-budget', 'minAvailable: 2  # Always keep at least 2 nodes'],
  [8, 'service-monitor', '- port: health'],
  [9, 'resource-requests', '- name: noex'],
  [10, 'autoscaler-metric', 'name: memory'],
  [11, 'heap-size', 'memory: "512Mi"'],
  [12, 'network-policy', '- to:'],
  [13, 'probes', 'livenessProbe:'],
  [14, 'shutdown-budget', '- name: noex'],
  [15, 'secret', 'cluster-secret: eW91ci1zZWNyZXQta2V5'],
  [16, 'compose', '- CLUSTER_SECRET=${CLUSTER_SECRET}'],
  [17, 'dockerfile', 'FROM node:20-alpine'],
  [18, 'pod-security', '- name: noex'],
  [19, 'update-strategy', 'podManagementPolicy: OrderedReady  # One pod at a time'],
  [20, 'shared-labels', 'labels:'],
];

describe('noex doctor on the seed document', () => {
  const { status, stdout } = noex(['doctor', SEED_DOCUMENT, '--json']);
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  const lines = readFileSync(join(ROOT, SEED_DOCUMENT), 'utf8').split('\n');

  it.each(FAULTS)('finds fault %d: %s, at "%s"', (_number, rule, text) => {
    const places = findings
      .filter((finding) => finding.rule === rule)
      .map(({ line }) => lines[line - 1]!.trim());
    expect(places).toContain(text);
  });

  it('finds nothing by any other rule, and each finding says what to do', () => {
    const rules = FAULTS.map(([, rule]) => rule);
    expect(findings.filter(({ rule, fix }) => !rules.includes(rule) || fix.length < 5)).toEqual([]);
  });

  it('ends with exit code 1', () => expect(status).toBe(1));
});

describe('noex doctor', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'noex-doctor-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each([[['k8s']], [['k8s', 'Dockerfile']]])('finds nothing in our own %j', (paths) => {
    const { status, stdout } = noex(['doctor', ...paths, '--json']);
    const report = JSON.parse(stdout) as { findings: Finding[]; nodes: number };
    expect(report.findings).toEqual([]);
    expect(report.nodes).toBeGreaterThan(0);
    expect(status).toBe(0);
  });

  it('reads the current folder where none is named, and says what it found by line', () => {
    writeFileSync(
      join(folder, 'compose.yaml'),
      'version: "3"\nservices:\n  a: { image: a, environment: [CLUSTER_SEEDS=b] }\n',
    );
    const { status, stdout } = noex(['doctor'], folder);
    expect(stdout).toContain('compose.yaml:1  warning  compose\n');
    expect(stdout).toContain(
      'compose.yaml:3  error  seed-form\n  no node starts with the seed "b"\n  -> write host:port',
    );
    expect(status).toBe(1);
  });

  it('ends with exit code 0 where there are only warnings', () => {
    writeFileSync(join(folder, 'a.env'), '');
    const { status, stdout } = noex(['doctor', '--env'], folder, { CLUSTER_SECRET: 'never-shown' });
    expect(stdout).toContain('environment  warning  secret\n');
    expect(stdout).not.toContain('never-shown');
    expect(status).toBe(0);
  });

  it('does not look at the variables of the process unasked', () => {
    expect(noex(['doctor'], folder, { CLUSTER_SEEDS: 'b' })).toMatchObject({ status: 0, stderr: '' });
    expect(noex(['doctor', '--env'], folder, { CLUSTER_SEEDS: 'b' }).status).toBe(1);
  });

  it.each([
    [['doctor', 'nowhere'], 'there is no file or folder nowhere'],
    [['doctor', '--fix'], "Unknown option '--fix'"],
    [['cure'], 'no command is called "cure"'],
  ])('says what is wrong with %j, with exit code 2', (args, problem) => {
    const { status, stdout, stderr } = noex(args, folder);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(problem);
  });

  it('explains itself', () => {
    expect(noex(['--help']).stdout).toContain('doctor');
    expect(noex(['doctor', '--help']).stdout).toContain('--json');
    expect(noex(['--version']).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
