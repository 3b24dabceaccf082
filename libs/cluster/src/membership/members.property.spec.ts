import fc from 'fast-check';
import type { NodeDownReason } from '@noex/contracts';
import type { Peer } from '../remote/peer.js';
import { beat, connectionOf, membersOf } from './members.spec-support.js';

const IDS = ['b', 'c'] as const;
const REASONS: NodeDownReason[] = ['connection_closed', 'graceful_shutdown', 'heartbeat_timeout'];

const step = fc.record({
  what: fc.constantFrom('connect', 'admit', 'beat', 'pass', 'silence', 'close', 'transport', 'beat all'),
  id: fc.constantFrom(...IDS),
  /** Which of the connections that this node ever had. */
  which: fc.nat(20),
  reason: fc.constantFrom(...REASONS),
});

it('whoever comes, presents itself, falls silent, is closed or replaced: each life is up once, then down once', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 30, maxLength: 80 }), (steps) => {
      const { clock, members, connect } = membersOf();
      const log: string[] = [];
      let incarnation = 0;
      const all: Peer[] = [];
      members.nodeUp.add((peer) => log.push(`up ${peer.id} ${peer.incarnation}`));
      members.nodeDown.add((id, reason) => log.push(`down ${id} ${reason}`));
      members.startHeartbeats();

      for (const { what, id, which, reason } of steps) {
        const peer = all[which % Math.max(1, all.length)];
        if (what === 'connect') all.push(connect(id, ++incarnation));
        else if (what === 'pass') clock.advance(which * 25);
        else if (what === 'silence') clock.advance(5000);
        else if (what === 'beat all') all.forEach((one) => beatIfUp(one, clock.now()));
        else if (!peer) continue;
        else if (what === 'admit') members.admit(peer);
        else if (what === 'beat') beatIfUp(peer, clock.now());
        else if (what === 'close') members.remove(peer.connection, reason);
        // The transport reports what this node closed, late and perhaps twice.
        else for (const said of connectionOf(peer).closed) members.remove(peer.connection, said);
        consistent(members, all);
      }

      for (const id of IDS) {
        const ofNode = log.filter((line) => line.split(' ')[1] === id).map((line) => line.split(' ')[0]);
        ofNode.forEach((word, index) => expect(word).toBe(index % 2 === 0 ? 'up' : 'down'));
        expect(ofNode.length % 2 === 1).toBe(members.get(id) !== undefined);
      }
      const ups = log.filter((line) => line.startsWith('up'));
      expect(new Set(ups).size).toBe(ups.length);
      // Nobody is told twice that it is closed for silence, however late its transport is.
      for (const { connection } of all) {
        const { closed } = connection as ReturnType<typeof connectionOf>;
        expect(closed.filter((reason) => reason === 'heartbeat_timeout').length).toBeLessThanOrEqual(1);
      }
      members.stopHeartbeats();
    }),
    { numRuns: 300 },
  );
});

function beatIfUp(peer: Peer, nowMs: number): void {
  if (peer.up) beat(peer, nowMs);
}

function consistent(members: ReturnType<typeof membersOf>['members'], all: readonly Peer[]): void {
  for (const peer of all) {
    const isKnown = members.at(peer.connection) === peer;
    expect(peer.up).toBe(isKnown);
    if (members.get(peer.identity.id) === peer) expect(isKnown).toBe(true);
  }
}
