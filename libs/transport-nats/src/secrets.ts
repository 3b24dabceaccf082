import { secretProblem as problemOf } from '@noex/contracts';

/** Each costs a seal in every greeting. */
const MAX_SECRETS = 8;

/** What is wrong with secrets, without showing one. `exposed`: a server is beyond loopback. */
export function secretProblem(secrets: readonly string[], exposed: boolean): string | undefined {
  const shortIsFor = 'only suits a NATS server on loopback';
  return problemOf(secrets, { exposed, shortIsFor, most: MAX_SECRETS });
}
