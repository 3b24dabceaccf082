import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pages, ROOT } from './pages.js';

describe('the manifests and commands in docs/guide', () => {
  it('are without a fault that the doctor knows', () => {
    const guide = pages().filter((page) => page.startsWith('docs/guide/'));
    const doctor = join(ROOT, 'libs/cli/bin/noex.js');
    const { stdout, stderr } = spawnSync(process.execPath, [doctor, 'doctor', '--json', ...guide], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const { findings, nodes } = JSON.parse(stdout) as { findings: unknown[]; nodes: number };
    expect(findings).toEqual([]);
    expect(nodes).toBeGreaterThan(0);
  });
});
