import { badFields, resolve, violationsOf, refused } from './resolve-options.spec-support.js';

describe('how hung peers are found', () => {
  it('is read from code and from variables', () => {
    const heartbeat = { phiThreshold: 12.5, minStdDeviationMs: 0.5, acceptablePauseMs: 0 };
    expect(resolve({ heartbeat }).heartbeat).toEqual({ intervalMs: 1000, timeoutMs: 4000, ...heartbeat });
    const env = {
      CLUSTER_HEARTBEAT_PHI_THRESHOLD: '9.5',
      CLUSTER_HEARTBEAT_MIN_STD_DEVIATION_MS: '50',
      CLUSTER_HEARTBEAT_ACCEPTABLE_PAUSE_MS: '3000',
    };
    expect(resolve({ heartbeat: { phiThreshold: 6 } }, env).heartbeat).toMatchObject({
      phiThreshold: 6,
      minStdDeviationMs: 50,
      acceptablePauseMs: 3000,
    });
  });

  it.each([
    [{ phiThreshold: 0 }, 'heartbeat.phiThreshold'],
    [{ phiThreshold: '8' }, 'heartbeat.phiThreshold'],
    [{ phiThreshold: NaN }, 'heartbeat.phiThreshold'],
    [{ minStdDeviationMs: 0 }, 'heartbeat.minStdDeviationMs'],
    [{ minStdDeviationMs: 2 ** 31 }, 'heartbeat.minStdDeviationMs'],
    [{ acceptablePauseMs: -1 }, 'heartbeat.acceptablePauseMs'],
    [{ acceptablePauseMs: 0.5 }, 'heartbeat.acceptablePauseMs'],
  ])('refuses %p', (heartbeat, field) => {
    expect(badFields({ heartbeat })).toEqual([field]);
  });

  it('names the variable that holds no number', () => {
    const [violation] = violationsOf(refused({}, { CLUSTER_HEARTBEAT_PHI_THRESHOLD: 'high' }));
    expect(violation).toMatchObject({
      field: 'heartbeat.phiThreshold',
      variable: 'CLUSTER_HEARTBEAT_PHI_THRESHOLD',
      expected: 'a number above 0',
    });
  });
});
