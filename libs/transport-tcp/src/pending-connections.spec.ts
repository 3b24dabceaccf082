import fc from 'fast-check';
import type { Socket } from 'node:net';
import { PendingConnections } from './pending-connections.js';

const socket = (destroy = () => {}) => ({ destroy }) as unknown as Socket;

it('says whose crowd it is: that of the address, or that of all', () => {
  const pending = new PendingConnections(3, 2);
  pending.add('a', socket());
  const leave = pending.add('a', socket());
  expect([pending.crowd('a'), pending.crowd('b')]).toEqual(['address_limit', undefined]);
  pending.add('b', socket());
  expect([pending.crowd('b'), pending.crowd('c')]).toEqual(['pending_limit', 'pending_limit']);
  leave();
  leave();
  expect([pending.crowd('a'), pending.crowd('b')]).toEqual([undefined, undefined]);
});

it('drops whoever still waits', () => {
  const destroyed: string[] = [];
  const pending = new PendingConnections(3, 3);
  pending.add(
    'a',
    socket(() => destroyed.push('left')),
  )();
  pending.add(
    'a',
    socket(() => destroyed.push('waits')),
  );
  pending.destroyAll();
  expect(destroyed).toEqual(['waits']);
});

it('never holds more than it may, in all and of one address, whoever comes and goes', () => {
  const step = fc.record({ host: fc.constantFrom('a', 'b', 'c'), leaves: fc.boolean() });
  fc.assert(
    fc.property(fc.nat(6), fc.nat(4), fc.array(step, { maxLength: 80 }), (max, perHost, steps) => {
      const pending = new PendingConnections(max, perHost);
      const inside: { host: string; leave: () => void }[] = [];
      const of = (host: string) => inside.filter((each) => each.host === host).length;
      for (const { host, leaves } of steps) {
        const at = inside.findIndex((each) => each.host === host);
        if (leaves && at >= 0) inside.splice(at, 1)[0]!.leave();
        const isFree = inside.length < max && of(host) < perHost;
        expect(pending.crowd(host) === undefined).toBe(isFree);
        if (isFree) inside.push({ host, leave: pending.add(host, socket()) });
      }
    }),
  );
});
