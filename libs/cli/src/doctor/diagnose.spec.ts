import fc from 'fast-check';
import { diagnose } from './diagnose.js';
import { findingsIn, SOUND, withChange } from './rules/rules.spec-support.js';

describe('a diagnosis', () => {
  it('names a broken file once, by its line, and judges the rest', () => {
    const open = withChange('k8s.yaml', '  clusterIP: None\n', '  clusterIP: [None\n');
    expect(findingsIn({ ...SOUND, 'broken.yaml': 'a: 1\n- b\nc: [\n' })).toEqual([
      'error unreadable-file: - b',
    ]);
    expect(findingsIn(open).filter((finding) => finding.startsWith('error unreadable-file'))).toHaveLength(1);
  });

  it('names a fault once, though two workloads lead to it', () => {
    const second = SOUND['k8s.yaml']!.slice(SOUND['k8s.yaml']!.indexOf('apiVersion: apps/v1'));
    const [statefulSet] = second.split('---\n');
    const files = withChange('k8s.yaml', '  publishNotReadyAddresses: true\n', '');
    const findings = findingsIn({ ...files, 'z.yaml': statefulSet!.replace('name: shop', 'name: shop-2') });
    expect(findings.filter((finding) => finding === 'error peer-service: clusterIP: None')).toHaveLength(1);
  });

  it('tells findings by file and line', () => {
    const { findings } = diagnose(
      ['b.yaml', 'a.yaml'].map((file) => ({
        file,
        kind: 'yaml',
        firstLine: 1,
        text: 'version: "3"\n'.concat('services:\n  x: { image: a, environment: { CLUSTER_SEEDS: x } }\n'),
      })),
    );
    const places = findings.map(({ file, line }) => `${file}:${line}`);
    expect(places).toEqual([...places].sort());
    expect(places).toContain('a.yaml:1');
  });

  it('looks at the variables of the process where they are given', () => {
    const variables = Object.entries({
      CLUSTER_SEEDS: 'shop',
      CLUSTER_SECRET: 'x',
      CLUSTER_ADVERTISED_HOST: '127.0.0.1',
    });
    const { findings } = diagnose(
      [],
      variables.map(([name, value]) => ({
        name,
        value,
        raw: value,
        origin: 'literal',
        file: 'environment',
        line: 0,
      })),
    );
    expect(findings.map(({ rule, severity }) => `${severity} ${rule}`)).toEqual([
      'error seed-form',
      'error advertised-host',
      'warning secret',
    ]);
  });

  it('never fails, whatever stands where a manifest has something else', () => {
    const soundLines = Object.values(SOUND).join('\n---\n').split('\n');
    const value = fc.oneof(
      fc.constantFrom('[]', '{}', 'null', '1', '"x"', '[1, {a: b}]', '{a: [b]}', '~', '-'),
      fc.string(),
    );
    const change = fc.record({
      at: fc.nat({ max: soundLines.length - 1 }),
      value,
      how: fc.constantFrom('value', 'line', 'drop'),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const lines = [...soundLines];
        for (const { at, value: given, how } of changes) {
          lines[at] =
            how === 'drop' ? '' : how === 'line' ? given : lines[at]!.replace(/:.*/, () => `: ${given}`);
        }
        const text = lines.join('\n');
        const kinds = ['yaml', 'dockerfile', 'variables', 'shell'] as const;
        const { findings } = diagnose(kinds.map((kind) => ({ file: kind, kind, text, firstLine: 1 })));
        for (const { line } of findings) expect(line).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });
});
