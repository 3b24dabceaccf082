import { VirtualClock } from '@noex/testing';
import type { Peer } from '../remote/peer.js';
import { NameRequests } from './name-requests.js';

const clock = new VirtualClock();
const answer = { yes: true, epoch: 1 };

function peer(id: string, up = true) {
  const sent: number[] = [];
  const control = (write: (writer: unknown) => void) =>
    write({ numberedControl: (_: number, number: number) => sent.push(number) });
  return { peer: { identity: { id }, up, control } as unknown as Peer, sent };
}

it('a question ends once: with its answer, and one that comes later is ignored', async () => {
  const requests = new NameRequests(clock);
  const { peer: n1, sent } = peer('n1');
  const asked = requests.ask(n1, { op: 'claim', name: 'a' }, 100);
  requests.answered(n1, sent[0]!, answer);
  requests.answered(n1, sent[0]!, { ...answer, yes: false });
  expect(await asked).toEqual(answer);
  expect([requests.size, clock.pending]).toEqual([0, 0]);
});

it('an answer of another peer, or to what was not asked, is none', async () => {
  const requests = new NameRequests(clock);
  const { peer: n1, sent } = peer('n1');
  const asked = requests.ask(n1, { op: 'claim', name: 'a' }, 100);
  requests.answered(peer('n2').peer, sent[0]!, answer);
  requests.answered(n1, sent[0]! + 1, answer);
  expect(requests.size).toBe(1);
  requests.lost('n2');
  requests.lost('n1');
  expect(await asked).toBe('lost');
});

it('a question without an answer ends in time, and not early', async () => {
  const requests = new NameRequests(clock);
  const asked = requests.ask(peer('n1').peer, { op: 'claim', name: 'a' }, 100);
  await clock.advance(99);
  expect(requests.size).toBe(1);
  await clock.advance(1);
  expect(await asked).toBe('timeout');
});

it('a peer that is gone is not asked, and once this node has left nobody is', async () => {
  const requests = new NameRequests(clock);
  const gone = peer('n1', false);
  expect(await requests.ask(gone.peer, { op: 'claim', name: 'a' }, 100)).toBe('lost');
  expect(gone.sent).toEqual([]);
  const asked = requests.ask(peer('n1').peer, { op: 'claim', name: 'a' }, Infinity);
  requests.close();
  expect(await asked).toBe('lost');
  expect(clock.pending).toBe(0);
});
