import { AuthorizationError, PermissionViolationError, TimeoutError } from '@nats-io/transport-node';
import { deniedSubject, serverComplaint, unfitServer, unreachableServer } from './server-errors.js';

const ADDRESS = 'noex.c2hvcA.1.n.YQ.1';
const MIB = 2 ** 20;

describe('a server', () => {
  it.each([
    ['2.2.0', MIB],
    ['2.9.10', MIB],
    ['3.0.0-beta', MIB],
    ['2.10.1', 1000],
  ])('of version %s that takes %i bytes is fit', (version, maxPayload) => {
    expect(unfitServer({ version, max_payload: maxPayload }, 1000)).toBeUndefined();
  });

  it.each([
    ['2.1.9', MIB, /is of version 2\.1\.9; noex needs 2\.2 or newer/],
    ['1.4.1', MIB, /is of version 1\.4\.1/],
    ['', MIB, /noex needs 2\.2/],
    [
      '2.9.10',
      999,
      /takes messages of at most 999 bytes, this node sends up to 1000; raise max_payload of the server/,
    ],
  ])('of version "%s" that takes %i bytes is not', (version, maxPayload, says) => {
    expect(unfitServer({ version, max_payload: maxPayload }, 1000)).toMatchObject({
      code: 'cluster_start',
      message: expect.stringMatching(says),
    });
  });
});

describe('no server in time', () => {
  const servers = 'nats://shop:hunter2@a,nats://shop:hunter2@b:1';

  it.each([
    [
      {},
      new Error('connection refused'),
      /: connection refused; set NATS_URL to a server that this node reaches, with the user it expects$/,
    ],
    [{}, new TimeoutError(), /: it does not answer; set NATS_URL .* it expects$/],
    [
      { tls: {} },
      new Error(''),
      /: it does not answer; .*, and NATS_TLS_CERT_FILE and NATS_TLS_KEY_FILE to a certificate that it trusts/,
    ],
    [
      { tls: {} },
      new Error('certificate has expired'),
      /: certificate has expired; set NATS_URL .* it expects$/,
    ],
    [
      {},
      new AuthorizationError('Authorization Violation'),
      /: Authorization Violation; set NATS_URL with the user and password, or the token/,
    ],
  ])(
    'with %j is one error that names the servers and what to do, and no password',
    (options, cause, says) => {
      const error = unreachableServer({ servers, ...options }, cause);
      expect(error).toMatchObject({ code: 'cluster_start', cause, message: expect.stringMatching(says) });
      expect(error.message).toMatch(/^cannot connect to NATS at a:4222, b:1: /);
      expect(error.message).not.toContain('hunter2');
    },
  );
});

it('a subject that may not be heard is an error that says what to allow', () => {
  expect(deniedSubject(`${ADDRESS}.>`, new Error('no')).message).toBe(
    `the NATS user may not subscribe to "${ADDRESS}.>"; allow it to publish and subscribe to "noex.c2hvcA.>"`,
  );
});

describe('a complaint of the server', () => {
  it('about a permission says which one to give', () => {
    const error = new PermissionViolationError('Permissions Violation for Publish to "x"', 'publish', 'x');
    const { message } = serverComplaint({}, ADDRESS, error);
    expect(message).toBe(
      'the NATS server says: Permissions Violation for Publish to "x"; allow it to publish and subscribe to "noex.c2hvcA.>"',
    );
  });

  it('about the user says what to look at, and has one key, however it is worded', () => {
    const said = ['Authorization Violation', 'Account Authentication Expired'].map((text) =>
      serverComplaint({}, ADDRESS, new AuthorizationError(text)),
    );
    expect(said.map(({ key }) => key)).toEqual(['nats rejected', 'nats rejected']);
    expect(said[0]!.message).toMatch(
      /^the NATS server does not take this node: Authorization Violation; set NATS_URL .*; trying on$/,
    );
  });

  it('about anything else is said as it is, each under a key of its own', () => {
    const said = ['Maximum Payload Violation', 'Slow Consumer'].map((text) =>
      serverComplaint({}, ADDRESS, new Error(text)),
    );
    expect(said).toEqual([
      { key: 'nats Maximum Payload Violation', message: 'the NATS server says: Maximum Payload Violation' },
      { key: 'nats Slow Consumer', message: 'the NATS server says: Slow Consumer' },
    ]);
  });
});
