import { readinessOf, type Finding } from './readiness.js';

const degraded: Finding = { state: 'degraded', reason: 'slow' };
const down: Finding = { state: 'down', reason: 'stuck' };

describe('readiness', () => {
  it('is up when nothing speaks against it', () => {
    expect(readinessOf(undefined, [])).toEqual({ state: 'up', reasons: [] });
  });

  it('is as bad as the worst finding, and names that one first', () => {
    expect(readinessOf(undefined, [degraded])).toEqual({ state: 'degraded', reasons: ['slow'] });
    expect(readinessOf(undefined, [degraded, down])).toEqual({ state: 'down', reasons: ['stuck', 'slow'] });
  });

  it('is down for one reason alone where the node cannot take work at all', () => {
    expect(readinessOf('it is leaving', [down, degraded])).toEqual({
      state: 'down',
      reasons: ['it is leaving'],
    });
  });
});
