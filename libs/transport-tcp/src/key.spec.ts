import { deriveKey } from './key.js';

it('makes the same key of the same secret, another one of any other', async () => {
  const [key, same, other] = await Promise.all([
    deriveKey('secret'),
    deriveKey('secret'),
    deriveKey('Secret'),
  ]);
  expect(key.key).toHaveLength(32);
  expect(same).toEqual(key);
  expect(other.id).not.toBe(key.id);
  expect(other.key).not.toEqual(key.key);
});

it('does not show the key in its public name', async () => {
  const { id, key } = await deriveKey('secret');
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(key.toString('hex')).not.toContain(id);
});

it('is made once for all nodes of a process that hold it', async () => {
  const [key, same] = await Promise.all([deriveKey('shared'), deriveKey('shared')]);
  expect(same).toBe(key);
  expect(await deriveKey('shared')).toBe(key);
});
