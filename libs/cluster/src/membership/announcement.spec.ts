import fc from 'fast-check';
import { readAnnouncement } from './announcement.js';

const EMPTY = { behaviors: [], draining: false, peers: [] };

it('reads what a node says', () => {
  const said = {
    behaviors: ['cart', ''],
    draining: true,
    peers: [{ id: 'b', incarnation: 2, address: 'b:1' }],
  };
  expect(readAnnouncement(said)).toEqual(said);
});

it.each([[undefined], [null], [1], ['cart'], [[]], [{}], [new Map([['behaviors', ['cart']]])]])(
  '%p says nothing',
  (wire) => {
    expect(readAnnouncement(wire)).toEqual(EMPTY);
  },
);

it('leaves out what is not of its form', () => {
  const peer = { id: 'b', incarnation: 2, address: 'b:1' };
  const said = {
    behaviors: ['cart', 1, null, ['x']],
    draining: 'yes',
    peers: [
      peer,
      null,
      5,
      'b',
      { ...peer, id: 1 },
      { ...peer, incarnation: '2' },
      { id: 'b', incarnation: 1 },
    ],
    more: true,
  };
  expect(readAnnouncement(said)).toEqual({ behaviors: ['cart'], draining: false, peers: [peer] });
  expect(readAnnouncement({ behaviors: 'cart', peers: { length: 3 } })).toEqual(EMPTY);
});

it('never throws', () => {
  fc.assert(
    fc.property(
      fc.anything({ withMap: true, withNullPrototype: true }),
      (wire) => void readAnnouncement(wire),
    ),
  );
});
