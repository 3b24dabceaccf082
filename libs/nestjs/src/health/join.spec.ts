import { JOIN_GRACE_MS, joinPending, type JoinFacts } from './join.js';

const alone: JoinFacts = { hasSeeds: false, peers: 0, unsynced: [], runningMs: 0 };

describe('a node that has started', () => {
  it('has joined at once where it has no seeds: somebody is the first', () => {
    expect(joinPending(alone)).toBeUndefined();
  });

  it('waits for a seed to answer, but not for ever: the first node of a cluster has seeds too', () => {
    const seeded = { ...alone, hasSeeds: true };
    expect(joinPending({ ...seeded, runningMs: JOIN_GRACE_MS - 1 })).toBe('no seed has answered yet');
    expect(joinPending({ ...seeded, runningMs: JOIN_GRACE_MS })).toBeUndefined();
    expect(joinPending({ ...seeded, peers: 1 })).toBeUndefined();
  });

  it('waits for the names that its peers hold', () => {
    expect(joinPending({ ...alone, peers: 2, unsynced: ['n2'], runningMs: 60_000 })).toBe(
      'the names of "n2" have not all arrived',
    );
  });
});
