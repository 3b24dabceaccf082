import { NameTakenError, ProcessRef } from '@noex/contracts';
import { NameRegistry } from './name-registry.js';
import { ProcessExtras, type NameHolder } from './process-extras.js';

const holder = (id: number): NameHolder => ({
  ref: new ProcessRef('n1', 1, id),
  extras: new ProcessExtras(),
});

it('finds who claimed a name', () => {
  const names = new NameRegistry();
  const a = holder(1);
  names.claim('a', a);
  names.claim('a', a);
  expect(names.find('a')).toBe(a);
  expect(names.find('b')).toBeUndefined();
  expect(names.find('toString')).toBeUndefined();
  expect(a.extras.names).toEqual(new Set(['a']));
});

it('refuses a name that another has, and says who', () => {
  const names = new NameRegistry();
  const [a, b] = [holder(1), holder(2)];
  names.claim('a', a);
  expect(() => names.claim('a', b)).toThrow(NameTakenError);
  expect(() => names.claim('a', b)).toThrow(/"a" is taken by process n1~1~1/);
  expect(names.find('a')).toBe(a);
  expect(b.extras.names).toBeUndefined();
});

it('gives a name up only for its holder', () => {
  const names = new NameRegistry();
  const [a, b] = [holder(1), holder(2)];
  names.claim('a', a);
  names.release('a', b);
  expect(names.find('a')).toBe(a);
  names.release('a', a);
  names.claim('a', b);
  expect(names.find('a')).toBe(b);
});
