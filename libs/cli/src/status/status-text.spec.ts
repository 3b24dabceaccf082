import { statusText } from './status-text.js';
import { STATUS } from './status.spec-support.js';

describe('the text of a status', () => {
  it('shows the node, its load, its processes and its peers', () => {
    expect(statusText(STATUS)).toBe(`node        web-1 of cluster shop, running for 1h 2m
            10.0.0.1:4369, incarnation 7, pid 12
ready       up
event loop  up to 3 ms late
canaries    9 passed, 1 failed, 0 excused; the last one took 4.3 ms
quorum      yes: sees 2 of 2 needed
processes   4 (40 started, 1 restart)
mailboxes   2 messages wait, at most 1 in one

BEHAVIOR  PROCESSES
door              3
cart              1

PEER   STATE  PHI  ROUND TRIP  PROCESSES   SENT  RECEIVED  QUEUED  CALLS OPEN  ADDRESS
web-2  up     0.3      0.4 ms          5  2 KiB      10 B     0 B           3  10.0.0.2:4369
`);
  });

  it('says all that speaks against the node', () => {
    const text = statusText({
      ...STATUS,
      readiness: { state: 'down', reasons: ['no quorum', 'it lags'] },
      startupPending: 'no seed has answered yet',
      canary: { ...STATUS.canary!, failing: { 'web-2': 'no answer' } },
      quorum: { has: false, seen: 1, needed: 2, lost: ['web-2'] },
      drops: { overloaded: 5, noproc: 1 },
      refusals: { wrong_secret: 2 },
      joining: 1,
      peers: [],
    });
    for (const line of [
      'ready       down\n            - no quorum\n            - it lags\n',
      'starting    no seed has answered yet\n',
      '            - web-2: no answer\n',
      'quorum      NO: sees 1 of 2 needed; lost: web-2\n',
      'dropped     5 overloaded, 1 noproc\n',
      'refused     2 wrong_secret\n',
      'joining     1 node\n',
      '\nno peers\n',
    ]) {
      expect(text).toContain(line);
    }
  });

  it.each([
    ['stopping', true, 'leaving'],
    ['stopped', true, 'stopped'],
    ['starting', false, 'starting'],
  ])('calls a node that is %s %s', (status, draining, shown) => {
    const node = { ...STATUS.node, status, draining };
    expect(statusText({ ...STATUS, node })).toContain(`web-1 of cluster shop, ${shown}\n`);
  });

  it('has the ledger of one that leaves, and no canaries where they are off', () => {
    const { canary: _, ...without } = STATUS;
    const text = statusText({ ...without, ledger: { callsLost: 3 } });
    expect(text).toContain('canaries    off\n');
    expect(text.endsWith('\ndrain ledger\n  calls lost  3\n')).toBe(true);
  });
});
