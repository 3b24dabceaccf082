import { createPrivateKey, X509Certificate } from 'node:crypto';
import { TestAuthority } from './test-authority.js';

const authority = new TestAuthority('shop CA');

it('signs certificates for keys of their own, which are no authorities', () => {
  const { cert, key, ca } = authority.issue({ name: 'w1' });
  const [certificate, issuer] = [new X509Certificate(cert), new X509Certificate(ca)];
  expect(certificate.verify(issuer.publicKey)).toBe(true);
  expect(certificate.checkIssued(issuer)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect([certificate.subject, certificate.issuer]).toEqual(['CN=w1', 'CN=shop CA']);
  expect([certificate.ca, issuer.ca]).toEqual([false, true]);
  expect(authority.issue({ name: 'w1' }).key).not.toBe(key);
});

it('is not the one of the same name that another test made', () => {
  const namesake = new X509Certificate(new TestAuthority('shop CA').pem);
  expect(new X509Certificate(authority.issue({ name: 'w1' }).cert).verify(namesake.publicKey)).toBe(false);
});

it('dates certificates as asked', () => {
  const [from, to] = [new Date('2001-02-03T04:05:06Z'), new Date('2031-02-03T04:05:06Z')];
  const { validFrom, validTo } = new X509Certificate(authority.issue({ name: 'w1', from, to }).cert);
  expect([new Date(validFrom), new Date(validTo)]).toEqual([from, to]);
});
