import { isObject } from './code-options.js';
import { ProbeSchema } from './probe-options.schema.js';
import { rule } from './schema-rule.js';

const SERVER = /^((nats|tls):\/\/)?([^\s/@]+@)?[^\s/@]+(:\d{1,5})?$/;
const optionalPath = (what: string) =>
  rule(
    'path',
    `the path of ${what}`,
    (path) => path === undefined || (typeof path === 'string' && path !== ''),
  );
const pairedPath = (what: string, other: 'nats.tls.certFile' | 'nats.tls.keyFile') =>
  rule<NatsSchema>(
    'paired',
    `the path of ${what}, together with ${other}`,
    (path, options) =>
      (path === undefined) === (options[other] === undefined) &&
      (path === undefined || (typeof path === 'string' && path !== '')),
  );

/** The options of the connection to NATS servers; checked as part of OptionsSchema, and in use with the transport or the arbiter `nats` only. */
export class NatsSchema extends ProbeSchema {
  @rule('nats', '{ servers, credsFile, nkeySeedFile, tls }', isObject)
  nats!: object;

  @rule(
    'servers',
    'a list of URLs of one NATS cluster: nats://host:4222, tls://host:4222, with user:password@ before the host where it is needed',
    (servers) =>
      Array.isArray(servers) &&
      servers.length > 0 &&
      servers.every((server) => typeof server === 'string' && SERVER.test(server)),
  )
  'nats.servers'!: string[];

  @optionalPath('a file of credentials, as nsc writes them')
  @rule<NatsSchema>(
    'oneUser',
    'credentials or the seed of an nkey (NATS_CREDS_FILE, NATS_NKEY_SEED_FILE), not both',
    (path, options) => path === undefined || options['nats.nkeySeedFile'] === undefined,
  )
  'nats.credsFile'!: string | undefined;

  @optionalPath('a file with the seed of an nkey')
  'nats.nkeySeedFile'!: string | undefined;

  @rule(
    'natsTls',
    '{ caFile, certFile, keyFile }, or nothing',
    (value) => value === undefined || isObject(value),
  )
  'nats.tls'!: object | undefined;

  @optionalPath("the server's CA in PEM form")
  'nats.tls.caFile'!: string | undefined;

  @pairedPath("this node's certificate for the server in PEM form", 'nats.tls.keyFile')
  'nats.tls.certFile'!: string | undefined;

  @pairedPath("the certificate's private key in PEM form", 'nats.tls.certFile')
  'nats.tls.keyFile'!: string | undefined;
}
