import { deriveKey } from './key.js';

it('makes the same key of the same secret and cluster, another one of any other', async () => {
  const [key, same, otherSecret, otherCluster] = await Promise.all([
    deriveKey('secret', 'shop'),
    deriveKey('secret', 'shop'),
    deriveKey('Secret', 'shop'),
    deriveKey('secret', 'shop2'),
  ]);
  expect(key.key).toHaveLength(32);
  expect(same).toEqual(key);
  expect(new Set([key, otherSecret, otherCluster].map(({ id }) => id)).size).toBe(3);
  expect(new Set([key, otherSecret, otherCluster].map(({ key: bytes }) => bytes.toString('hex'))).size).toBe(
    3,
  );
});

it('does not show the key in its public name', async () => {
  const { id, key } = await deriveKey('secret', 'shop');
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(key.toString('hex')).not.toContain(id);
});
