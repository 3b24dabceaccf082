import { boundFinding, LASTING_SAMPLES, samplesBeyond } from './load-bound.js';

/** The states after each sample. */
function states(values: readonly number[], limit: number | false): (string | undefined)[] {
  let samples = 0;
  return values.map((value) => {
    samples = samplesBeyond(samples, value, limit);
    return boundFinding(samples, 'too much')?.state;
  });
}

describe('a bound of the load', () => {
  it('is kept up to the limit itself', () => {
    expect(states([0, 10, 10, 10, 10], 10)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });

  it('degrades the node when it is broken, and makes it not ready when that lasts', () => {
    expect(LASTING_SAMPLES).toBe(3);
    expect(states([11, 99, 11, 11], 10)).toEqual(['degraded', 'degraded', 'down', 'down']);
  });

  it('is whole again with the first sample within', () => {
    expect(states([11, 11, 11, 10, 11], 10)).toEqual(['degraded', 'degraded', 'down', undefined, 'degraded']);
  });

  it('is none where it is switched off', () => {
    expect(states([1e9, 1e9, 1e9], false)).toEqual([undefined, undefined, undefined]);
  });

  it('says what is beyond it', () => {
    expect(boundFinding(1, 'too much')?.reason).toBe('too much');
  });
});
