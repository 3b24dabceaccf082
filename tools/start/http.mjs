// The worker's HTTP interface as `npm start` uses it.
import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const REQUEST_TIMEOUT_MS = 10_000;

/** @returns {Promise<{ status: number, body: unknown }>} `body` undefined where it is no JSON */
export async function getJson(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  return { status: response.status, body: parseJson(await response.text()) };
}

/**
 * Streams `source` as the body of `POST url`, no faster than the server reads it.
 *
 * @param {AsyncIterable<Uint8Array>} source
 * @param {(sentBytes: number) => void} onProgress
 */
export async function postText(url, source, onProgress) {
  const outgoing = request(url, { method: 'POST', headers: { 'content-type': 'text/plain; charset=utf-8' } });
  // The first error is the answer; later ones of the same connection say nothing new.
  outgoing.on('error', () => {});
  const answered = answerTo(outgoing);
  // The answer may be a refusal that comes before the last byte; whichever way it ends, sending ends with it.
  let over = false;
  const ended = answered.then(
    () => (over = true),
    () => (over = true),
  );
  let sent = 0;
  for await (const piece of source) {
    if (over) break;
    if (!outgoing.write(piece)) await Promise.race([once(outgoing, 'drain').catch(() => {}), ended]);
    sent += piece.length;
    onProgress(sent);
  }
  if (!over) outgoing.end();
  const answer = await answered;
  outgoing.destroy();
  return answer;
}

/**
 * Asks until `isDone(body)`; an answer other than 200 is an error.
 * @param {(body: any) => void} onProgress called with every answer
 */
export async function pollJson(url, everyMs, isDone, onProgress) {
  for (;;) {
    const { status, body } = await getJson(url);
    if (status !== 200) throw new Error(`GET ${url} answered ${status}: ${JSON.stringify(body)}`);
    onProgress(body);
    if (isDone(body)) return body;
    await sleep(everyMs);
  }
}

async function answerTo(outgoing) {
  const [response] = await once(outgoing, 'response');
  const pieces = [];
  for await (const piece of response) pieces.push(piece);
  return { status: response.statusCode, body: parseJson(Buffer.concat(pieces).toString()) };
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
