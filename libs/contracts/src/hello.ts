import type { Refusal, RefusalCode } from './admission.js';
import type { NodeIdentity, PeerIdentity } from './node-identity.js';

/** How a node presents itself to another. `features` are names of optional abilities; unknown ones are ignored. */
export type Hello = NodeIdentity & PeerIdentity & { readonly features: readonly string[] };

const MAX_NAME = 255;
const MAX_FEATURES = 64;
const REFUSAL_CODES: Record<RefusalCode, true> = {
  wrong_secret: true,
  wrong_certificate: true,
  cluster_name: true,
  protocol_version: true,
  arbiter: true,
  self: true,
  name_taken: true,
  name_contested: true,
  stale_incarnation: true,
  duplicate: true,
  not_noex: true,
};

/** For transports: a hello as another node sent it; `undefined` for anything that is none. `isAddress`: whether that node can be reached there. */
export function readHello(
  value: unknown,
  isAddress: (address: string, node: Pick<NodeIdentity, 'id' | 'incarnation' | 'clusterName'>) => boolean,
): Hello | undefined {
  const { id, incarnation, clusterName, address, features, protocol } = fieldsOf(value);
  const { major, minor } = fieldsOf(protocol);
  if (!isName(id) || !isName(clusterName) || !isCount(incarnation) || !isCount(major) || !isCount(minor))
    return undefined;
  if (typeof address !== 'string' || !isAddress(address, { id, incarnation, clusterName })) return undefined;
  return {
    id,
    incarnation,
    clusterName,
    address,
    protocol: { major, minor },
    features: Array.isArray(features) ? features.filter(isName).slice(0, MAX_FEATURES) : [],
  };
}

/** For transports: why another node refuses this one; `undefined` for anything that does not say so. */
export function readRefusal(value: unknown): Refusal | undefined {
  const { code, message } = fieldsOf(value);
  if (typeof code !== 'string' || typeof message !== 'string') return undefined;
  // A code this version does not know comes from a newer one.
  const known = Object.hasOwn(REFUSAL_CODES, code) ? (code as RefusalCode) : 'protocol_version';
  return { code: known, message: printable(message) };
}

export function identityOf({ id, incarnation, address }: PeerIdentity): PeerIdentity {
  return { id, incarnation, address };
}

/** A text of 1 to 255 printable characters: the bytes come from strangers. */
export function isName(value: unknown): value is string {
  return (
    typeof value === 'string' && value.length > 0 && value.length <= MAX_NAME && printable(value) === value
  );
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Text of a stranger as it may stand in a log line: one line, no control characters, bounded. */
export function printable(text: string): string {
  return text.replace(/[^\P{C}]/gu, '?').slice(0, 500);
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return (value ?? {}) as Record<string, unknown>;
}
