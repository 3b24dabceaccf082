import { findingsIn, withChange } from './rules.spec-support.js';

describe('probes', () => {
  it.each<[string, string, string, string, string[]]>([
    ['of readiness must be there', 'k8s.yaml', 'readinessProbe:', 'other:', ['error probes: - name: node']],
    ['of liveness must be there', 'k8s.yaml', 'livenessProbe:', 'other:', ['warning probes: - name: node']],
    ['of the start must be there', 'k8s.yaml', 'startupProbe:', 'other:', ['warning probes: livenessProbe:']],
    ...['/readyz', '/ready'].map((path): [string, string, string, string, string[]] => [
      `of liveness must not ask for readiness: ${path}`,
      'k8s.yaml',
      'path: /livez',
      `path: ${path}`,
      [`error probes: path: ${path}`],
    ]),
    [
      'of readiness must not ask for liveness',
      'k8s.yaml',
      'path: /readyz',
      'path: /livez',
      ['error probes: path: /livez'],
    ],
    [
      'must name a port of the container',
      'k8s.yaml',
      'path: /livez\n              port: http',
      'path: /livez\n              port: health',
      ['error probes: port: health'],
    ],
    [
      'may number it',
      'k8s.yaml',
      'path: /livez\n              port: http',
      'path: /livez\n              port: 8080',
      [],
    ],
  ])('%s', (_what, file, from, to, expected) => {
    expect(findingsIn(withChange(file, from, to))).toEqual(expected);
  });
});
