import fc from 'fast-check';
import { addressOf, clusterSubject, ownerOf, presenceSubject } from './subjects.js';

it('an address names its owner again, whatever its name holds, and is a subject without wildcards', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }),
      fc.string({ minLength: 1, unit: 'binary' }),
      fc.maxSafeNat(),
      (cluster, id, life) => {
        const address = addressOf({ clusterName: cluster, id, incarnation: life });
        // Half a surrogate pair has no bytes of its own.
        fc.pre(Buffer.from(id).toString() === id);
        expect(ownerOf(address)).toEqual({ id, incarnation: life });
        expect(address).toMatch(/^[\w.-]+$/);
        expect(address.split('.')).toHaveLength(6);
        expect(address.startsWith(`${clusterSubject(cluster)}.`)).toBe(true);
      },
    ),
  );
});

it('stays as it is: nodes of all releases meet there', () => {
  expect(addressOf({ clusterName: 'shop', id: 'web-7', incarnation: 12 })).toBe('noex.c2hvcA.1.n.d2ViLTc.12');
  expect(presenceSubject('shop')).toBe('noex.c2hvcA.1.presence');
});

it.each([
  '',
  '10.0.0.1:4369',
  'noex.a.1.n.b',
  'noex.a.1.n.b.c',
  'noex.a.2.n.b.1',
  'noex.*.1.n.b.1',
  'noex.a.1.n.>.1',
  'a.noex.a.1.n.b.1',
])('takes %p for nobody’s address', (address) => expect(ownerOf(address)).toBeUndefined());
