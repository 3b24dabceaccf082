/** Below this a secret can be guessed from a recorded handshake. */
export const MIN_SECRET_BYTES = 16;

/** The secrets in a file: one a line, or several with commas between. Blank lines are none; an empty entry stays, and is refused. */
export function parseSecretFile(text: string): string[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .flatMap((line) => line.split(',').map((secret) => secret.trim()));
}

/** What is wrong with secrets, without showing one; `undefined` when nothing is. `exposed`: the node listens beyond loopback. */
export function secretProblem(secrets: readonly string[], exposed: boolean): string | undefined {
  if (secrets.some((secret) => typeof secret !== 'string' || secret.trim() === '')) {
    return 'a secret is empty; leave CLUSTER_SECRET unset for none, or set it to a long random text';
  }
  if (exposed && secrets.some((secret) => Buffer.byteLength(secret) < MIN_SECRET_BYTES)) {
    return (
      `a secret is shorter than ${MIN_SECRET_BYTES} bytes, which only a node on loopback may have; ` +
      'use a longer one (openssl rand -base64 32 makes one)'
    );
  }
  return undefined;
}
