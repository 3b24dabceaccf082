import { healthRoutes } from './health-paths.js';

const paths = { livePath: 'livez', readyPath: 'readyz' };

describe('the routes of health', () => {
  it('are three probes and the two of before', () => {
    expect(Object.fromEntries(healthRoutes(paths))).toEqual({
      livez: 'live',
      readyz: 'ready',
      startupz: 'startup',
      health: 'health',
      ready: 'ready',
    });
  });

  it('are the three alone without the aliases', () => {
    expect([...healthRoutes({ ...paths, startupPath: '/ops/up', aliases: false }).keys()]).toEqual([
      'livez',
      'readyz',
      'ops/up',
    ]);
  });

  it('let a path of the user stand in for an alias', () => {
    const routes = healthRoutes({ livePath: '/health', readyPath: 'ready' });
    expect([routes.get('health'), routes.get('ready'), routes.size]).toEqual(['live', 'ready', 3]);
  });
});
