/** Below this a secret can be guessed from recorded messages. */
const MIN_SECRET_BYTES = 16;

/** The secrets in a file: one a line, or several with commas between. Blank lines are none; an empty entry stays, and is refused. */
export function parseSecretFile(text: string): string[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.flatMap((line) => line.split(',')).map((secret) => secret.trim());
}

/** What is wrong with secrets, without showing one. `exposed`: a server is beyond loopback. */
export function secretProblem(secrets: readonly string[], exposed: boolean): string | undefined {
  if (secrets.some((secret) => typeof secret !== 'string' || secret.trim() === '')) {
    return 'a secret is empty; leave CLUSTER_SECRET unset for none, or set it to a long random text';
  }
  if (secrets.length > MAX_SECRETS)
    return `there are ${secrets.length} secrets, at most ${MAX_SECRETS} can be accepted at once`;
  if (exposed && secrets.some((secret) => Buffer.byteLength(secret) < MIN_SECRET_BYTES)) {
    return (
      `a secret is shorter than ${MIN_SECRET_BYTES} bytes, which only suits a NATS server on loopback; ` +
      'use a longer one (openssl rand -base64 32 makes one)'
    );
  }
  return undefined;
}

/** Each costs a seal in every greeting. */
const MAX_SECRETS = 8;
