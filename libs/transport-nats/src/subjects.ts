import type { NodeIdentity } from '@noex/contracts';

/** The form of everything this library sends. Nodes of different forms do not hear each other. */
const WIRE = 1;
const ADDRESS = /^noex\.[\w-]+\.1\.n\.([\w-]+)\.(\d{1,16})$/;

/** The subjects of one cluster begin so: what its users may be allowed, and nobody else. */
export function clusterSubject(clusterName: string): string {
  return `noex.${token(clusterName)}.${WIRE}`;
}

/** Where nodes say that they are there. */
export function presenceSubject(clusterName: string): string {
  return `${clusterSubject(clusterName)}.presence`;
}

/** What peers dial: the subject of one life of a node. */
export function addressOf({
  clusterName,
  id,
  incarnation,
}: Pick<NodeIdentity, 'clusterName' | 'id' | 'incarnation'>): string {
  return `${clusterSubject(clusterName)}.n.${token(id)}.${incarnation}`;
}

/** Whose address it is; `undefined` for anything that is not one, such as an address of another transport. */
export function ownerOf(address: string): { readonly id: string; readonly incarnation: number } | undefined {
  const [, id, incarnation] = ADDRESS.exec(address) ?? [];
  if (id === undefined) return undefined;
  return { id: Buffer.from(id, 'base64url').toString(), incarnation: Number(incarnation) };
}

// A name may hold what has a meaning in a subject: dots, spaces, wildcards.
function token(name: string): string {
  return Buffer.from(name).toString('base64url');
}
