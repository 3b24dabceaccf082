import { deriveKey, isMac, macOf, OPEN_KEY, sessionKeys } from './keyring.js';

const [HEAD, BODY] = [Buffer.from('head'), Buffer.from('body')];

it('nodes with one secret come to one key without saying it, others to another', async () => {
  const [a, b, c] = await Promise.all([deriveKey('one'), deriveKey('one'), deriveKey('other')]);
  expect(a.id).toBe(b.id);
  expect(macOf(a.key, HEAD, BODY)).toEqual(macOf(b.key, HEAD, BODY));
  expect(new Set([a.id, c.id, OPEN_KEY.id]).size).toBe(3);
  expect(a.key.export().includes('one')).toBe(false);
  expect(a.key.export().toString('hex')).not.toContain(a.id);
});

it('stays as it is: nodes of all releases share it', async () => {
  const { id, key } = await deriveKey('an old horse in winter');
  expect(id).toBe('dbacc053bae5a283');
  expect(sessionKeys({ id, key }, Buffer.from('nonces'), 'parties').id).toBe(2_070_176_071_834);
});

it('a session has a key for each direction, which depend on the nonces and on who takes part', async () => {
  const key = await deriveKey('one');
  const of = (nonces: string, parties: string) => {
    const { toGreater, toSmaller, id } = sessionKeys(key, Buffer.from(nonces), parties);
    return [toGreater, toSmaller].map((one) => one.export().toString('hex')).concat(String(id));
  };
  expect(of('1', 'a b')).toEqual(of('1', 'a b'));
  expect(new Set([...of('1', 'a b'), ...of('2', 'a b'), ...of('1', 'a c')]).size).toBe(9);
});

it('a seal fits its key, its head and its body, and nothing shorter', async () => {
  const { key } = OPEN_KEY;
  const mac = macOf(key, HEAD, BODY);
  expect(isMac(mac, key, HEAD, BODY)).toBe(true);
  expect(isMac(mac, key, HEAD, Buffer.from('bodz'))).toBe(false);
  expect(isMac(mac, key, Buffer.from('heae'), BODY)).toBe(false);
  expect(isMac(mac, (await deriveKey('one')).key, HEAD, BODY)).toBe(false);
  expect(isMac(mac.subarray(0, 8), key, HEAD, BODY)).toBe(false);
  expect(isMac(Buffer.alloc(0), key, HEAD, BODY)).toBe(false);
});
