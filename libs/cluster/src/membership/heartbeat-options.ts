import { InvalidOptionsError } from '@noex/contracts';

/** How a node finds peers that hang: those that die are found by their closed connection. */
export interface HeartbeatOptions {
  /**
   * How often a node tells its peers that it lives, in milliseconds. Default 1000. Lower finds a hung node sooner, and costs a
   * small message per peer and interval. Use one value on all nodes.
   */
  readonly intervalMs: number;
  /**
   * Silence after which a peer is down whatever its past, in milliseconds; more than twice the interval, Infinity for never. Default
   * 4000, which with the time to notice stays below five seconds. Lower mistakes a busy peer for a hung one.
   */
  readonly timeoutMs: number;
  /**
   * Suspicion (phi) at which a peer is down before that: phi 8 errs once in 10^8 silences as long, if its heartbeats go on to come
   * as they did. Default 8; Infinity leaves the decision to `timeoutMs`. Lower is sooner, and wrong more often.
   */
  readonly phiThreshold: number;
  /**
   * Least standard deviation that is believed of a peer's heartbeats, in milliseconds. Default a fortieth of the interval, which
   * tells a quiet network from one that loses packets. Lower makes a very regular peer suspicious at its first delay.
   */
  readonly minStdDeviationMs: number;
  /**
   * Silence beyond the usual interval that raises no suspicion yet, in milliseconds: garbage collection, retransmissions, a long
   * handler. Default `timeoutMs` less one and a half intervals: a regular peer is down a little before the timeout, one that was late
   * before at the timeout. Lower finds hung nodes sooner, and errs more often where packets are lost.
   */
  readonly acceptablePauseMs: number;
}

/** The longest a timer of Node.js can run. */
const MAX_TIMER_MS = 0x7fff_ffff;

/** All of them from those that were given. Throws InvalidOptionsError, which lists every one that is wrong. */
export function heartbeatOptions(given: Partial<HeartbeatOptions> = {}): HeartbeatOptions {
  const { intervalMs = 1000, timeoutMs = 4000, phiThreshold = 8 } = given;
  const named = { ...given, intervalMs, timeoutMs, phiThreshold };
  const violations = RULES.flatMap(([name, expected, holds]) => {
    const value = named[name];
    const fits = value === undefined || holds(value, intervalMs);
    return fits ? [] : [{ field: `heartbeat.${name}`, value: String(value), expected }];
  });
  if (violations.length > 0) {
    const lines = violations.map(
      ({ field, value, expected }) => `${field} is ${value}, expected ${expected}`,
    );
    throw new InvalidOptionsError(lines.join('; '), { violations });
  }
  const { minStdDeviationMs = intervalMs / 40, acceptablePauseMs = timeoutMs - 1.5 * intervalMs } = given;
  return { intervalMs, timeoutMs, phiThreshold, minStdDeviationMs, acceptablePauseMs };
}

type Rule = readonly [
  name: keyof HeartbeatOptions,
  expected: string,
  holds: (value: number, intervalMs: number) => boolean,
];

const RULES: readonly Rule[] = [
  [
    'intervalMs',
    `a number of milliseconds from 1 to ${MAX_TIMER_MS}`,
    (value) => value >= 1 && value <= MAX_TIMER_MS,
  ],
  ['timeoutMs', 'more than twice heartbeat.intervalMs', (value, intervalMs) => value > 2 * (intervalMs || 0)],
  ['phiThreshold', 'a number above 0', (value) => value > 0],
  ['minStdDeviationMs', 'a number of milliseconds above 0', (value) => value > 0 && value < Infinity],
  ['acceptablePauseMs', 'a number of milliseconds from 0', (value) => value >= 0],
];

/** Finds every hung node within five seconds. */
export const DEFAULT_HEARTBEAT: HeartbeatOptions = heartbeatOptions();
