import { encryptionRequired, explainCertificate, explainTlsError, type TlsKind } from './tls-errors.js';

function explain(code: string, kind: TlsKind = 'secret') {
  return explainTlsError(Object.assign(new Error('x'), { code }), kind);
}

describe.each([
  ['secret', 'wrong_secret', /CLUSTER_SECRET/],
  ['certificate', 'wrong_certificate', /CLUSTER_TLS_CERT_FILE/],
] as const)('a node with a %s', (kind, code, option) => {
  it.each([
    'ERR_SSL_BINDER_DOES_NOT_VERIFY',
    'ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM',
    'ERR_SSL_SSL/TLS_ALERT_ILLEGAL_PARAMETER',
    'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
    'ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ])('makes one message of %s', (errno) => {
    expect(explain(errno, kind)).toEqual({ code, message: expect.stringMatching(option) });
  });

  it('tells a node without encryption from one that cannot prove itself', () => {
    const refusal = explain('ERR_SSL_WRONG_VERSION_NUMBER', kind);
    expect(refusal).toEqual({ code, message: expect.stringMatching(/^it answers without encryption/) });
    expect(refusal?.message).toMatch(option);
  });

  it('tells a node that comes without encryption, and itself', () => {
    const { here, there } = encryptionRequired(kind);
    expect([here.code, there.code]).toEqual([code, code]);
    for (const { message } of [here, there]) expect(message).toMatch(option);
    expect(here.message).toMatch(/^it connects without/);
    expect(there.message).toMatch(/^it requires/);
  });

  it.each(['ECONNRESET', 'ETIMEDOUT', 'ECONNREFUSED', ''])('leaves "%s" alone', (errno) => {
    expect(explain(errno, kind)).toBeUndefined();
  });
});

describe('a certificate', () => {
  const shown = {
    subject: { CN: 'w1' },
    issuer: { CN: 'other' },
    valid_from: 'Jan 1 2099',
    valid_to: 'Jan 1 2020',
  };
  it.each([
    ['CERT_HAS_EXPIRED', /"w1" expired on Jan 1 2020.*CLUSTER_TLS_CERT_FILE/],
    ['CERT_NOT_YET_VALID', /"w1" is valid from Jan 1 2099.*clocks/],
    ['INVALID_PURPOSE', /"w1".*serverAuth and clientAuth/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /"w1", issued by "other".*CLUSTER_TLS_CA_FILE/],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /"w1", issued by "other".*CLUSTER_TLS_CA_FILE/],
  ])('is refused for %s with what to do', (errno, message) => {
    expect(explainCertificate(errno, shown as never)).toEqual({
      code: 'wrong_certificate',
      message: expect.stringMatching(message),
    });
  });

  it('that is missing is named as that', () => {
    expect(explainCertificate('UNABLE_TO_GET_ISSUER_CERT', {}).message).toMatch(
      /no certificate was presented/,
    );
  });

  it('puts its names into the message in quotes and bounded: a stranger chose them', () => {
    const { message } = explainCertificate('CERT_UNTRUSTED', {
      subject: { CN: `a\n"${'b'.repeat(1_000)}` },
    } as never);
    expect(message).toMatch(/^certificate "a\\n\\"b{61}",/);
    expect(message.length).toBeLessThan(400);
  });
});
