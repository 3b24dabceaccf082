import { explainTlsError } from './tls-errors.js';

function explain(code: string) {
  return explainTlsError(Object.assign(new Error('x'), { code }));
}

it.each([
  'ERR_SSL_BINDER_DOES_NOT_VERIFY',
  'ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM',
  'ERR_SSL_SSL/TLS_ALERT_ILLEGAL_PARAMETER',
  'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
  'ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR',
  'ERR_TLS_CERT_UNEXPECTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])('%s becomes one message', (code) => {
  expect(explain(code)).toEqual({
    code: 'wrong_secret',
    message: expect.stringMatching(/^it .*CLUSTER_SECRET/),
  });
});

it('tells a node without encryption from a wrong secret', () => {
  expect(explain('ERR_SSL_WRONG_VERSION_NUMBER')?.message).toMatch(/without encryption.*CLUSTER_SECRET/);
});

it.each(['ECONNRESET', 'ETIMEDOUT', 'ECONNREFUSED', ''])('leaves "%s" alone', (code) => {
  expect(explain(code)).toBeUndefined();
});
