import type { NodeStatus } from '../node/answers.js';

export const STATUS: NodeStatus = {
  node: {
    id: 'web-1',
    incarnation: 7,
    clusterName: 'shop',
    address: '10.0.0.1:4369',
    status: 'running',
    draining: false,
    uptimeMs: 3_725_000,
    pid: 12,
  },
  readiness: { state: 'up', reasons: [] },
  loopLagMs: 3,
  canary: { passed: 9, failed: 1, excused: 0, lastMs: 4.25, failing: {} },
  quorum: { has: true, seen: 2, needed: 2, lost: [] },
  processes: { count: 4, started: 40, queued: 2, deepest: 1, restarts: 1, byBehavior: { cart: 1, door: 3 } },
  drops: {},
  refusals: {},
  joining: 0,
  peers: [
    {
      id: 'web-2',
      incarnation: 8,
      address: '10.0.0.2:4369',
      state: 'up',
      load: 5,
      phi: 0.25,
      roundTripMs: 0.4,
      framesSent: 1,
      bytesSent: 2048,
      framesReceived: 1,
      bytesReceived: 10,
      queuedBytes: 0,
      callsPending: 3,
    },
  ],
};
