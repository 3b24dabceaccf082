import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const DAY_MS = 24 * 3600 * 1000;
const TAGS = { boolean: 0x01, integer: 0x02, bits: 0x03, octets: 0x04, oid: 0x06, utf8: 0x0c, time: 0x18 };
const [SEQUENCE, SET] = [0x30, 0x31];
/** The encoded value of each object identifier. */
const OIDS = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  basicConstraints: '551d13',
  extendedKeyUsage: '551d25',
  serverAuth: '2b06010505070301',
};

/** In PEM form: a certificate, its private key, and the authority that issued it. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** A certificate as a test wants it. */
export interface CertificateRequest {
  /** Its common name. */
  readonly name: string;
  /** Default: from yesterday on. */
  readonly from?: Date;
  /** Default: until ten days from now. */
  readonly to?: Date;
  /** May be shown by servers only. */
  readonly serverOnly?: boolean;
}

/**
 * A certificate authority that a test makes for itself. node:crypto reads X.509 (RFC 5280) but does not make it, so the few bytes of DER
 * are put together here.
 */
export class TestAuthority {
  private readonly keys = newKeys();
  /** Its own certificate. */
  readonly pem: string;

  constructor(private readonly name: string) {
    this.pem = this.certify({ name }, this.keys.publicKey, true);
  }

  issue(request: CertificateRequest): TestCertificate {
    const { publicKey, privateKey } = newKeys();
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    return { cert: this.certify(request, publicKey, false), key, ca: this.pem };
  }

  private certify({ name, from, to, serverOnly }: CertificateRequest, key: KeyObject, isCa: boolean): string {
    const extensions = [
      extension(
        OIDS.basicConstraints,
        der(SEQUENCE, ...(isCa ? [der(TAGS.boolean, Buffer.from([0xff]))] : [])),
      ),
      ...(serverOnly ? [extension(OIDS.extendedKeyUsage, der(SEQUENCE, oid(OIDS.serverAuth)))] : []),
    ];
    const now = Date.now();
    const body = der(
      SEQUENCE,
      der(0xa0, der(TAGS.integer, Buffer.from([2]))),
      // Positive, and its first byte never superfluous.
      der(TAGS.integer, Buffer.concat([Buffer.from([0x40]), randomBytes(8)])),
      der(SEQUENCE, oid(OIDS.ecdsaWithSha256)),
      distinguishedName(this.name),
      der(SEQUENCE, time(from ?? new Date(now - DAY_MS)), time(to ?? new Date(now + 10 * DAY_MS))),
      distinguishedName(name),
      key.export({ type: 'spki', format: 'der' }),
      der(0xa3, der(SEQUENCE, ...extensions)),
    );
    const signature = sign('sha256', body, this.keys.privateKey);
    const certificate = der(
      SEQUENCE,
      body,
      der(SEQUENCE, oid(OIDS.ecdsaWithSha256)),
      der(TAGS.bits, Buffer.from([0]), signature),
    );
    const base64 = certificate.toString('base64').replace(/.{64}/g, '$&\n');
    return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
  }
}

/** Writes them into a folder under the names that belong to a node; writing again replaces them. */
export function writeTlsFiles(folder: string, name: string, { cert, key, ca }: TestCertificate) {
  const files = {
    certFile: join(folder, `${name}.crt`),
    keyFile: join(folder, `${name}.key`),
    caFile: join(folder, `${name}.ca`),
  };
  writeFileSync(files.certFile, cert);
  writeFileSync(files.keyFile, key);
  writeFileSync(files.caFile, ca);
  return files;
}

function newKeys() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length =
    body.length < 0x80
      ? [body.length]
      : body.length < 0x100
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

function oid(hex: string): Buffer {
  return der(TAGS.oid, Buffer.from(hex, 'hex'));
}

function extension(id: string, value: Buffer): Buffer {
  return der(SEQUENCE, oid(id), der(TAGS.octets, value));
}

function distinguishedName(name: string): Buffer {
  const attribute = der(SEQUENCE, oid(OIDS.commonName), der(TAGS.utf8, Buffer.from(name)));
  return der(SEQUENCE, der(SET, attribute));
}

function time(date: Date): Buffer {
  return der(TAGS.time, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`));
}
