import { TestAuthority } from '@noex/testing';
import { examineTlsMaterial, loadTlsFiles, type TlsMaterial } from './tls-files.js';

const NOW = new Date();
const past = (days: number) => new Date(NOW.getTime() - days * 24 * 3600 * 1000);
const authority = new TestAuthority('shop CA');
const good = authority.issue({ name: 'w1' });
const other = new TestAuthority('other CA').issue({ name: 'w1' });

const problems = (changes: Partial<TlsMaterial>) =>
  examineTlsMaterial({ ...good, ...changes }, NOW).map(({ file, expected }) => `${file}: ${expected}`);

it('finds nothing wrong with a certificate, its key and a CA, or several', () => {
  expect(problems({})).toEqual([]);
  expect(problems({ ca: `old one\n${other.ca}\nnew one\n${good.ca}` })).toEqual([]);
});

it.each<[string, Partial<TlsMaterial>, RegExp]>([
  ['no certificate', { cert: 'none' }, /^certFile: a certificate in PEM form$/],
  [
    'a certificate that is cut off',
    { cert: good.cert.slice(0, 200) },
    /^certFile: a certificate in PEM form$/,
  ],
  [
    'an expired certificate',
    authority.issue({ name: 'w1', from: past(9), to: past(2) }),
    /^certFile: .*this one expired on \d{4}-/,
  ],
  [
    'a certificate of the future',
    authority.issue({ name: 'w1', from: past(-1) }),
    /^certFile: .*begins on \d{4}-/,
  ],
  ['no key', { key: good.cert }, /^keyFile: a private key in PEM form/],
  ["another's key", { key: other.key }, /^keyFile: the private key of the certificate/],
  // Without one TLS would trust every public authority.
  ['no CA', { ca: '' }, /^caFile: the cluster's CA/],
  ['a CA that is none', { ca: good.cert }, /^caFile: the cluster's CA/],
  ['a CA that is cut off', { ca: good.ca.replace(/\n.{64}\n/, '\n') }, /^caFile: the cluster's CA/],
])('refuses %s', (_, changes, expected) => {
  expect(problems(changes)).toEqual([expect.stringMatching(expected)]);
});

it('names every file that cannot be read, by its option and not by its path', () => {
  const read = (path: string) => {
    if (path === '/cert') return good.cert;
    throw Object.assign(new Error(path), { code: 'EACCES' });
  };
  const files = { certFile: '/cert', keyFile: '/key', caFile: '/ca' };
  expect(loadTlsFiles(files, read, NOW).problems).toEqual([
    { file: 'keyFile', expected: 'the path of a readable file (EACCES)' },
    { file: 'caFile', expected: 'the path of a readable file (EACCES)' },
  ]);
});
