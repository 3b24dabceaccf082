// The same counts by the commands that everybody has and trusts.
import { spawn } from 'node:child_process';
import { pipeline } from 'node:stream/promises';

const COMMANDS = ['wc', 'tr', 'grep'];
const LINES_AND_BYTES = 'wc -l -c';
const WORDS = `tr -s '[:space:]' '\\n' | grep -ac .`;

/** @returns {Promise<string | undefined>} why the counts cannot be made here, if they cannot */
export async function whyNoReference() {
  for (const command of COMMANDS) {
    const found = await run(`command -v ${command}`, []).catch(() => undefined);
    if (!found) return found === undefined ? 'there is no POSIX shell' : `there is no ${command}`;
  }
  return undefined;
}

/** @param {() => AsyncIterable<Uint8Array>} open gives the text from its beginning; called once per command */
export async function referenceCounts(open) {
  const [lines, bytes] = await countBy(LINES_AND_BYTES, open());
  const [words] = await countBy(WORDS, open());
  return { lines, bytes, words };
}

async function countBy(command, text) {
  return (await run(command, text)).trim().split(/\s+/).map(Number);
}

/** @returns what the command prints; it exits with 1 if it finds nothing, which is a count of 0 and no error */
async function run(command, input) {
  // C for the whole pipeline: in other locales "." does not match bytes that are no character.
  const child = spawn('sh', ['-c', command], {
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const pieces = [];
  child.stdout.on('data', (piece) => pieces.push(piece));
  // A command that is done early closes its input; what it printed is the answer all the same.
  await Promise.all([closed, pipeline(input, child.stdin).catch((error) => ignoreClosedInput(error))]);
  return Buffer.concat(pieces).toString();
}

function ignoreClosedInput(error) {
  if (!['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET'].includes(error.code)) throw error;
}
