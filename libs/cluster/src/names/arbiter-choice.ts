/**
 * The node that decides who gets a name: highest random weight (Thaler and Ravishankar 1998, "rendezvous hashing"). All who see
 * the same nodes choose the same one, names spread evenly, and a node that comes or goes moves no name but those it decides.
 */
export function chooseArbiter(name: string, nodes: Iterable<string>): string | undefined {
  let chosen: string | undefined;
  let highest = -1;
  for (const node of nodes) {
    const weight = weigh(name, node);
    if (weight > highest || (weight === highest && node < chosen!)) {
      chosen = node;
      highest = weight;
    }
  }
  return chosen;
}

/** FNV-1a over both texts, then MurmurHash3's finalizer, so that texts that differ in one character weigh differently. */
function weigh(name: string, node: string): number {
  let hash = fnv1a(0x811c9dc5, name);
  // A separator: `ab` + `c` is not `a` + `bc`.
  hash = fnv1a(hash, '\uffff');
  hash = fnv1a(hash, node);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function fnv1a(hash: number, text: string): number {
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
