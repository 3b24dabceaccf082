import fc from 'fast-check';
import { afterCanary, canaryFinding, pickTarget, type CanaryFailure } from './canary-verdict.js';

const LIMIT = 3;
const to = (target: string, self = false) => ({ target, self });
const failed = (target: string, self = false): CanaryFailure => ({ target, self, reason: 'no reply' });

describe('where the next canary goes', () => {
  it('is nowhere without peers', () => {
    expect(pickTarget([], [], 0.5)).toBeUndefined();
  });

  it('is any peer', () => {
    expect([0, 0.34, 0.99].map((random) => pickTarget(['a', 'b', 'c'], [], random))).toEqual(['a', 'b', 'c']);
  });

  it('is another peer than those that failed, as long as there is one', () => {
    expect([0, 0.5, 0.99].map((random) => pickTarget(['a', 'b', 'c'], [failed('b')], random))).toEqual([
      'a',
      'c',
      'c',
    ]);
    expect(pickTarget(['a'], [failed('a')], 0.5)).toBe('a');
  });

  it('is one of the peers, whatever the chance and the past', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 }),
        fc.array(fc.constantFrom('a', 'b', 'x')),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (peers: readonly string[], past, random) => {
          const target = pickTarget(
            peers,
            past.map((name) => failed(name)),
            random,
          );
          return target !== undefined && peers.includes(target);
        },
      ),
    );
  });
});

describe('the failures that stand', () => {
  it('grow in a row, and end with one that passed', () => {
    const one = afterCanary([], to('a'), { kind: 'failed', reason: 'no reply' }, LIMIT);
    expect(one).toEqual([failed('a')]);
    const two = afterCanary(one, to('b'), { kind: 'failed', reason: 'no reply' }, LIMIT);
    expect(two).toEqual([failed('a'), failed('b')]);
    expect(afterCanary(two, to('c'), { kind: 'passed' }, LIMIT)).toEqual([]);
  });

  it('are the same after one that is nobody’s fault', () => {
    const failures = [failed('a')];
    expect(afterCanary(failures, to('b'), { kind: 'excused' }, LIMIT)).toBe(failures);
  });

  it('are never more than the limit', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b')), fc.integer({ min: 1, max: 5 }), (targets, limit) => {
        const stand = targets.reduce<readonly CanaryFailure[]>(
          (before, target) => afterCanary(before, to(target), { kind: 'failed', reason: '' }, limit),
          [],
        );
        return stand.length === Math.min(targets.length, limit);
      }),
    );
  });
});

describe('what the canaries say of this node', () => {
  it('is nothing while they pass', () => {
    expect(canaryFinding([], LIMIT, 2)).toBeUndefined();
  });

  it.each<[string, CanaryFailure[], number, 'degraded' | 'down']>([
    ['one failure', [failed('a')], 3, 'degraded'],
    ['fewer than the limit', [failed('a'), failed('b')], 3, 'degraded'],
    ['the limit, at different peers', [failed('a'), failed('b'), failed('a')], 3, 'down'],
    ['the limit, at one peer of several', [failed('a'), failed('a'), failed('a')], 3, 'degraded'],
    ['the limit, at the only peer', [failed('a'), failed('a'), failed('a')], 1, 'down'],
    ['the limit, at itself', [failed('n', true), failed('n', true), failed('n', true)], 3, 'down'],
    ['the limit, at itself and one peer', [failed('a'), failed('n', true), failed('a')], 3, 'down'],
  ])('after %s', (_, failures, peers, state) => {
    expect(canaryFinding(failures, LIMIT, peers)?.state).toBe(state);
  });

  it('names the number of failures, the latest one’s node and its reason', () => {
    expect(canaryFinding([failed('a')], LIMIT, 2)?.reason).toBe(
      'the last canary, to node "a", failed: no reply',
    );
    expect(canaryFinding([failed('a'), failed('n', true)], LIMIT, 2)?.reason).toBe(
      'the last 2 canaries failed, the latest to this node itself: no reply',
    );
  });
});
