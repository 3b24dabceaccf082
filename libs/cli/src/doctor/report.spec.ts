import type { Finding } from './finding.js';
import { jsonReport, textReport } from './report.js';

const finding = (line: number, severity: Finding['severity']): Finding => ({
  rule: 'probes',
  severity,
  file: 'a.yaml',
  line,
  problem: 'what is wrong',
  fix: 'what to do',
});
const loaded = { texts: [], files: 2, skipped: [{ file: 'chart', reason: 'Helm' }] };

describe('the report', () => {
  it('gives each finding its place, and counts', () => {
    const findings = [finding(3, 'error'), finding(0, 'warning')];
    expect(textReport({ findings, nodes: 1 }, loaded)).toBe(`a.yaml:3  error  probes
  what is wrong
  -> what to do

a.yaml  warning  probes
  what is wrong
  -> what to do

chart  skipped (Helm)

1 error, 1 warning in 2 files, 1 workload that runs nodes
`);
  });

  it('says so where there was nothing to judge', () => {
    expect(textReport({ findings: [], nodes: 0 }, { texts: [], files: 0, skipped: [] })).toBe(
      '0 errors, 0 warnings in 0 files, 0 workloads that run nodes (a node is known by its variables, such as CLUSTER_SEEDS)\n',
    );
  });

  it('is the same as JSON', () => {
    const diagnosis = { findings: [finding(3, 'error')], nodes: 1 };
    expect(JSON.parse(jsonReport(diagnosis, loaded))).toEqual({
      ...diagnosis,
      files: 2,
      skipped: loaded.skipped,
    });
  });
});
