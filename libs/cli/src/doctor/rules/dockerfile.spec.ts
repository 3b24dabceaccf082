import { findingsIn, SOUND, withChange } from './rules.spec-support.js';

describe('a Dockerfile', () => {
  it.each<[string, string, string, string, string[]]>([
    [
      'must not take a build from outside',
      'Dockerfile',
      'COPY --from=build /app/dist dist',
      'COPY dist/ ./dist/',
      ['warning dockerfile: COPY dist/ ./dist/'],
    ],
    [
      'should not use --only=production',
      'Dockerfile',
      'RUN npm ci\n',
      'RUN npm ci --only=production\n',
      ['warning dockerfile: RUN npm ci --only=production'],
    ],
    [
      'should keep to the lock file',
      'Dockerfile',
      'RUN npm ci\n',
      'RUN npm install\n',
      ['warning dockerfile: RUN npm install'],
    ],
    [
      'should not be on Alpine',
      'Dockerfile',
      'FROM node:24-bookworm-slim\n',
      'FROM node:24-alpine\n',
      ['warning dockerfile: FROM node:24-alpine'],
    ],
    [
      'should check health without other tools',
      'Dockerfile',
      '["node", "dist/health.js"]',
      'wget -q http://localhost/ \\\n  || exit 1',
      ['warning dockerfile: HEALTHCHECK CMD wget -q http://localhost/ \\'],
    ],
    [
      'should check health',
      'Dockerfile',
      'HEALTHCHECK CMD ["node", "dist/health.js"]\n',
      '',
      ['warning dockerfile: FROM node:24-bookworm-slim'],
    ],
    [
      'must not start node through a shell',
      'Dockerfile',
      'CMD ["node", "dist/main.js"]',
      'CMD node dist/main.js',
      ['error dockerfile: CMD node dist/main.js'],
    ],
    [
      'must not start node through npm',
      'Dockerfile',
      'CMD ["node", "dist/main.js"]',
      'CMD ["npm", "start"]',
      ['error dockerfile: CMD ["npm", "start"]'],
    ],
    ['must not run as root', 'Dockerfile', 'USER node', 'USER root', ['error dockerfile: USER root']],
    ['must name a user', 'Dockerfile', 'USER node\n', '', ['error dockerfile: FROM node:24-bookworm-slim']],
  ])('%s', (_what, file, from, to, expected) => {
    expect(findingsIn(withChange(file, from, to))).toEqual(expected);
  });

  it('should build in one stage and run in another', () => {
    const single =
      'FROM node:24-bookworm-slim\nRUN npm ci\nUSER node\nHEALTHCHECK CMD ["node", "h.js"]\nCMD ["node", "m.js"]\n';
    expect(findingsIn({ Dockerfile: single })).toEqual(['warning dockerfile: FROM node:24-bookworm-slim']);
  });

  it('should have a .dockerignore, where one can be looked for', () => {
    const { Dockerfile: sound } = SOUND;
    expect(findingsIn({ Dockerfile: sound! }, { hasIgnoreFile: false })).toEqual([
      'warning dockerfile: FROM node:24-bookworm-slim AS build',
    ]);
    expect(findingsIn({ Dockerfile: sound! }, { hasIgnoreFile: true })).toEqual([]);
  });
});
