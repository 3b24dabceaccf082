import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';

/** Paths of files in PEM form. All three are read again when they change. */
export interface TlsFiles {
  /** This node's certificate, followed by intermediate ones if there are any. It is used for both directions of TLS. */
  readonly certFile: string;
  /** The certificate's private key, without a passphrase. */
  readonly keyFile: string;
  /** The cluster's own CA, or several: whoever holds a certificate of theirs is a member. No other CA is trusted. */
  readonly caFile: string;
}

/** The options that name a file of mutual TLS: all three, or none. */
export const TLS_FILE_NAMES = ['certFile', 'keyFile', 'caFile'] as const;

/** What the files hold. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** A file that cannot be used, and why. */
export interface TlsFileProblem {
  readonly file: keyof TlsFiles;
  /** What was expected instead. Neither path nor content: people mistake one for the other. */
  readonly expected: string;
}

/** Reads and examines the files. `now` decides whether the certificate is valid. */
export function loadTlsFiles(
  files: TlsFiles,
  readFile: (path: string) => string,
  now: Date,
): { readonly material: TlsMaterial; readonly problems: readonly TlsFileProblem[] } {
  const problems: TlsFileProblem[] = [];
  const read = (file: keyof TlsFiles): string => {
    try {
      return readFile(files[file]);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
      problems.push({ file, expected: `the path of a readable file (${code})` });
      return '';
    }
  };
  const material = { cert: read('certFile'), key: read('keyFile'), ca: read('caFile') };
  return { material, problems: problems.length > 0 ? problems : examineTlsMaterial(material, now) };
}

/** What is wrong with the files as a whole; empty when TLS can use them. */
export function examineTlsMaterial({ cert, key, ca }: TlsMaterial, now: Date): TlsFileProblem[] {
  const problems: TlsFileProblem[] = [];
  const certificate = attempt(() => new X509Certificate(cert));
  const privateKey = attempt(() => createPrivateKey(key));
  const expectedCert = certificate ? validity(certificate, now) : 'a certificate in PEM form';
  if (expectedCert) problems.push({ file: 'certFile', expected: expectedCert });
  if (!privateKey) {
    problems.push({ file: 'keyFile', expected: 'a private key in PEM form without a passphrase' });
  } else if (certificate && !certificate.checkPrivateKey(privateKey)) {
    problems.push({ file: 'keyFile', expected: 'the private key of the certificate in certFile' });
  }
  if (!isCaList(ca)) problems.push({ file: 'caFile', expected: "the cluster's CA certificates in PEM form" });
  if (problems.length === 0 && !attempt(() => createSecureContext({ cert, key, ca }))) {
    problems.push({ file: 'certFile', expected: 'a certificate and key that TLS accepts' });
  }
  return problems;
}

function validity(certificate: X509Certificate, now: Date): string | undefined {
  const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  if (now > to) return `a certificate that is valid; this one expired on ${to.toISOString()}`;
  return now < from ? `a certificate that is valid; this one begins on ${from.toISOString()}` : undefined;
}

/** Without at least one, TLS would trust every public authority. */
function isCaList(pem: string): boolean {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.length > 0 && blocks.every((block) => attempt(() => new X509Certificate(block))?.ca === true);
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
