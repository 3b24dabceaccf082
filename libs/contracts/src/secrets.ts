/** Below this a secret can be guessed from what was recorded of the network. */
export const MIN_SECRET_BYTES = 16;

/** What a transport asks of its secrets. */
export interface SecretRules {
  /** Strangers can reach what they guard. */
  readonly exposed: boolean;
  /** For whom a short one is good enough; completes "a secret is shorter than 16 bytes, which". */
  readonly shortIsFor: string;
  /** How many there may be. Default: any number. */
  readonly most?: number;
}

/** The secrets in a file: one a line, or several with commas between. Blank lines are none; an empty entry stays, and is refused. */
export function parseSecretFile(text: string): string[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .flatMap((line) => line.split(',').map((secret) => secret.trim()));
}

/** For transports: what is wrong with secrets, without showing one; `undefined` when nothing is. */
export function secretProblem(
  secrets: readonly string[],
  { exposed, shortIsFor, most = Infinity }: SecretRules,
): string | undefined {
  if (secrets.some((secret) => typeof secret !== 'string' || secret.trim() === '')) {
    return 'a secret is empty; leave CLUSTER_SECRET unset for none, or set it to a long random text';
  }
  if (secrets.length > most)
    return `there are ${secrets.length} secrets, at most ${most} can be accepted at once`;
  if (exposed && secrets.some((secret) => Buffer.byteLength(secret) < MIN_SECRET_BYTES)) {
    return (
      `a secret is shorter than ${MIN_SECRET_BYTES} bytes, which ${shortIsFor}; ` +
      'use a longer one (openssl rand -base64 32 makes one)'
    );
  }
  return undefined;
}
