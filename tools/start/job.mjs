// One job from the first byte sent to its result.
import { readCorpus } from './corpus.mjs';
import { formatBytes } from './format.mjs';
import { getJson, pollJson, postText } from './http.mjs';
import { progress } from './progress.mjs';

const POLL_MS = 200;

/** @param {string} url of the node that takes the job */
export async function runJob(url, corpus) {
  const began = performance.now();
  const { id } = await upload(url, corpus);
  await waitUntilDone(url, id, corpus.bytes);
  // Of both together: the nodes count while the text is still being sent.
  const seconds = (performance.now() - began) / 1000;
  console.log(`done in ${seconds.toFixed(1)} s, ${formatBytes(corpus.bytes / seconds)}/s`);
  const { status, body } = await getJson(`${url}/jobs/${id}/result`);
  if (status !== 200) throw new Error(`GET /jobs/${id}/result answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

async function upload(url, corpus) {
  const bar = progress('sending', corpus.bytes);
  const { status, body } = await postText(`${url}/jobs`, readCorpus(corpus), bar.update).catch((error) => {
    bar.abandon();
    throw new Error(`POST /jobs: ${error.message}`, { cause: error });
  });
  if (status !== 202) {
    bar.abandon();
    throw new Error(`POST /jobs answered ${status}: ${JSON.stringify(body)}`);
  }
  bar.finish();
  return body;
}

async function waitUntilDone(url, id, totalBytes) {
  const bar = progress('counting', totalBytes);
  const isOver = ({ status }) => status === 'done' || status === 'failed';
  const job = await pollJson(`${url}/jobs/${id}`, POLL_MS, isOver, ({ bytes }) =>
    bar.update(bytes?.done ?? 0),
  );
  if (job.status === 'failed') {
    bar.abandon();
    throw new Error(`job ${id} failed: ${describe(job.error)}`);
  }
  bar.finish();
  if (job.chunks?.rerun > 0) console.log(`${job.chunks.rerun} chunks had to be run again`);
}

function describe(error) {
  return typeof error === 'string' ? error : (error?.message ?? JSON.stringify(error) ?? 'no reason given');
}
