import { findingsIn, SOUND, withChange } from './rules.spec-support.js';

describe('the heap', () => {
  it.each<[string, string, string, string, string[]]>([
    [
      'is a warning where nothing tells it of the limit',
      'Dockerfile',
      'ENV NODE_OPTIONS=--max-old-space-size-percentage=60\n',
      '',
      ['warning heap-size: memory: 512Mi'],
    ],
    [
      'may be set by the command of the image',
      'Dockerfile',
      'ENV NODE_OPTIONS=--max-old-space-size-percentage=60\n',
      'ENTRYPOINT ["node", "--max-old-space-size=300"]\n',
      [],
    ],
    [
      'is not set by a stage that is thrown away',
      'Dockerfile',
      'AS build\n',
      'AS build\nENV NODE_OPTIONS=--max-old-space-size=100\n',
      [],
    ],
    [
      'is a warning where the manifest hides what the image says',
      'k8s.yaml',
      '            - name: CLUSTER_SEEDS',
      '            - name: NODE_OPTIONS\n              value: --enable-source-maps\n            - name: CLUSTER_SEEDS',
      ['warning heap-size: value: --enable-source-maps'],
    ],
    [
      'may be set by the manifest',
      'k8s.yaml',
      '            - name: CLUSTER_SEEDS',
      '            - name: NODE_OPTIONS\n              value: --max-old-space-size=400\n            - name: CLUSTER_SEEDS',
      [],
    ],
    [
      'must stay under the limit',
      'k8s.yaml',
      '            - name: CLUSTER_SEEDS',
      '            - name: NODE_OPTIONS\n              value: --max-old-space-size=512\n            - name: CLUSTER_SEEDS',
      ['error heap-size: value: --max-old-space-size=512'],
    ],
    [
      'must not be all of the limit',
      'k8s.yaml',
      '            - name: CLUSTER_SEEDS',
      '            - name: NODE_OPTIONS\n              value: --max-old-space-size-percentage=100\n            - name: CLUSTER_SEEDS',
      ['error heap-size: value: --max-old-space-size-percentage=100'],
    ],
    [
      'needs no word where there is no limit',
      'k8s.yaml',
      '            limits:\n              memory: 512Mi\n',
      '',
      [],
    ],
  ])('%s', (_what, file, from, to, expected) => {
    expect(findingsIn(withChange(file, from, to))).toEqual(expected);
  });

  it('is not judged where no image was read: it may be set there', () => {
    expect(findingsIn({ 'k8s.yaml': SOUND['k8s.yaml']! })).toEqual([]);
  });

  it('is not what an earlier stage of the image says, when that is not its base', () => {
    const early = withChange('Dockerfile', 'ENV NODE_OPTIONS=--max-old-space-size-percentage=60\n', '');
    const moved = withChange(
      'Dockerfile',
      'AS build\n',
      'AS build\nENV NODE_OPTIONS=--max-old-space-size=100\n',
      early,
    );
    expect(findingsIn(moved)).toEqual(['warning heap-size: memory: 512Mi']);
    const onTop = withChange(
      'Dockerfile',
      'RUN npm run build && npm prune --omit=dev\nFROM node:24-bookworm-slim',
      'FROM build',
      moved,
    );
    expect(findingsIn(onTop)).toEqual([]);
  });
});
