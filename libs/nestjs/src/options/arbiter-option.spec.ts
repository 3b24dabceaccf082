import { inspect } from 'node:util';
import { memoryArbiter } from '@noex/testing';
import { badFields, refused, resolve } from './resolve-options.spec-support.js';

it('is nobody unless it is given, by variable or in code', () => {
  expect(resolve({}).arbiter).toBeUndefined();
  expect(resolve({}, { CLUSTER_ARBITER: ' nats ' }).arbiter).toBe('nats');
  expect(resolve({ arbiter: 'nats' }).arbiter).toBe('nats');
});

it('may be of your own, which is not shown with the options: a password may be in it', () => {
  const arbiter = Object.assign(memoryArbiter(), { password: 'hunter2' });
  const options = resolve({ arbiter });
  expect((options.arbiter as () => unknown)()).toBe(arbiter);
  expect(JSON.stringify(options) + inspect(options, { showHidden: true, depth: 9 })).not.toContain('hunter2');
});

it.each([['etcd'], [''], [7], [{}], [{ ...memoryArbiter(), leaseMs: 0 }], [() => memoryArbiter()]])(
  'refuses %p',
  (arbiter) => expect(badFields({ arbiter })).toEqual(['arbiter']),
);

it('refuses a variable that names none, and says what is expected', () => {
  expect(refused({}, { CLUSTER_ARBITER: 'redis' }).message).toContain(
    'arbiter: got "redis" from CLUSTER_ARBITER; expected nats, or in code an arbiter',
  );
});
