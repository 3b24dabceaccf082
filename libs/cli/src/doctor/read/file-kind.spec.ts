import { fileKind, isSkippedFolder } from './file-kind.js';

describe('the kind of a file', () => {
  it.each([
    ['k8s/base/service.yaml', 'yaml'],
    ['docker-compose.override.yml', 'yaml'],
    ['Kustomization', 'yaml'],
    ['Dockerfile', 'dockerfile'],
    ['build/Dockerfile.worker', 'dockerfile'],
    ['worker.dockerfile', 'dockerfile'],
    ['.env', 'variables'],
    ['.env.production', 'variables'],
    ['config/prod.env', 'variables'],
    ['.env.example', undefined],
    ['secret.example.yaml', undefined],
    ['Dockerfile.dockerignore', undefined],
    ['main.ts', undefined],
    ['README.md', undefined],
  ])('%s: %s', (path, kind) => expect(fileKind(path)).toBe(kind));

  it('is not asked for in what others wrote or a build made', () => {
    expect(['node_modules', 'dist', '.git', 'k8s'].map(isSkippedFolder)).toEqual([true, true, true, false]);
  });
});
