/** What the key-value store takes as a bucket's name, and as a key: parts of a subject. Keys that begin with `_kv` are its own. */
const BUCKET = /^[-\w]+$/;
const KEY = /^(?!_kv|=)[-/=\w]+(\.[-/=\w]+)*$/;
/** Begins what is encoded; a name that begins so is encoded itself, so that no two names become one. */
const ENCODED_BUCKET = 'b64_';
const ENCODED_KEY = '=';

/** The bucket of a cluster's names: `shop_names`. */
export function bucketOf(clusterName: string): string {
  const isPlain = BUCKET.test(clusterName) && !clusterName.startsWith(ENCODED_BUCKET);
  return `${isPlain ? clusterName : ENCODED_BUCKET + encoded(clusterName)}_names`;
}

/** The key of a name of any characters: the name itself where that is one. */
export function keyOf(name: string): string {
  return KEY.test(name) ? name : ENCODED_KEY + encoded(name);
}

// As UTF-16: two names that differ in half of a surrogate pair would be one in UTF-8.
function encoded(text: string): string {
  return Buffer.from(text, 'utf16le').toString('base64url');
}
