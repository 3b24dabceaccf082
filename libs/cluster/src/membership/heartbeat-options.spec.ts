import { InvalidOptionsError } from '@noex/contracts';
import { DEFAULT_HEARTBEAT, heartbeatOptions, type HeartbeatOptions } from './heartbeat-options.js';

it('what is not given follows from what is, so that one option alone keeps its meaning', () => {
  expect(DEFAULT_HEARTBEAT).toEqual({
    intervalMs: 1000,
    timeoutMs: 4000,
    phiThreshold: 8,
    minStdDeviationMs: 25,
    acceptablePauseMs: 2500,
  });
  expect(heartbeatOptions({ timeoutMs: 30_000 })).toMatchObject({ acceptablePauseMs: 28_500 });
  expect(heartbeatOptions({ intervalMs: 200 })).toMatchObject({ minStdDeviationMs: 5 });
  expect(heartbeatOptions({ intervalMs: undefined, phiThreshold: undefined } as object)).toEqual(
    DEFAULT_HEARTBEAT,
  );
});

it('what was given stays', () => {
  const given: HeartbeatOptions = {
    intervalMs: 10,
    timeoutMs: 21,
    phiThreshold: Infinity,
    minStdDeviationMs: 0.5,
    acceptablePauseMs: 0,
  };
  expect(heartbeatOptions(given)).toEqual(given);
  expect(heartbeatOptions({ timeoutMs: Infinity }).timeoutMs).toBe(Infinity);
});

const nonsense: [given: Partial<HeartbeatOptions>, fields: string[]][] = [
  [{ intervalMs: 0 }, ['heartbeat.intervalMs']],
  [{ intervalMs: NaN }, ['heartbeat.intervalMs']],
  [{ intervalMs: 2 ** 31 }, ['heartbeat.intervalMs', 'heartbeat.timeoutMs']],
  [{ intervalMs: 2000 }, ['heartbeat.timeoutMs']],
  [{ timeoutMs: 2000 }, ['heartbeat.timeoutMs']],
  [{ timeoutMs: NaN }, ['heartbeat.timeoutMs']],
  [{ phiThreshold: 0 }, ['heartbeat.phiThreshold']],
  [{ minStdDeviationMs: 0 }, ['heartbeat.minStdDeviationMs']],
  [{ minStdDeviationMs: Infinity }, ['heartbeat.minStdDeviationMs']],
  [{ acceptablePauseMs: -1, phiThreshold: NaN }, ['heartbeat.phiThreshold', 'heartbeat.acceptablePauseMs']],
];

it.each(nonsense)('refuses %p and names every field that is wrong', (given, fields) => {
  let error: unknown;
  try {
    heartbeatOptions(given);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(InvalidOptionsError);
  const { message, data } = error as InvalidOptionsError;
  expect((data['violations'] as { field: string }[]).map(({ field }) => field)).toEqual(fields);
  for (const field of fields) expect(message).toContain(`${field} is `);
});
