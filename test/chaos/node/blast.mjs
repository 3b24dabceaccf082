import { setImmediate as nextTurn } from 'node:timers/promises';

const SAMPLE_MS = 100;
/** Sent in one turn of the event loop, so that heartbeats and other peers get theirs. */
const CASTS_PER_TURN = 8;
/** The refused are counted, but few need to be made: a loop that does nothing else is no load anybody has. */
const REFUSED_PAUSE_MS = 5;

/**
 * Sends large casts and calls to one worker, as fast as they are taken, for `forMs`. Reports what became of them and how much
 * memory this node had meanwhile.
 */
export async function blast(load, worker, { forMs, bytes }) {
  const filler = Buffer.alloc(bytes, 1);
  const report = { taken: 0, refused: 0, overloaded: 0, slowestOverloadMs: 0, otherErrors: {}, answered: 0 };
  const memory = { rssBefore: process.memoryUsage().rss, rssMax: 0, samples: [] };
  const sampler = setInterval(() => sample(memory), SAMPLE_MS);
  const calls = new Set();
  const until = Date.now() + forMs;
  while (Date.now() < until) {
    const refusedBefore = report.refused;
    for (let i = 0; i < CASTS_PER_TURN; i++) {
      if (load.cast(worker, filler)) report.taken++;
      else report.refused++;
    }
    const call = timedCall(load, worker, filler, report).finally(() => calls.delete(call));
    calls.add(call);
    await (report.refused > refusedBefore ? pause(REFUSED_PAUSE_MS) : nextTurn());
  }
  sample(memory);
  clearInterval(sampler);
  await Promise.all(calls);
  return { ...report, ...memory };
}

async function timedCall(load, worker, filler, report) {
  const from = performance.now();
  const error = await load.call(worker, { method: 'work', payload: { filler } });
  if (!error) report.answered++;
  else if (error.code === 'overloaded') {
    report.overloaded++;
    report.slowestOverloadMs = Math.max(report.slowestOverloadMs, performance.now() - from);
  } else {
    const what = `${error.code} (${error.outcome})`;
    report.otherErrors[what] = (report.otherErrors[what] ?? 0) + 1;
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function sample(memory) {
  const { rss } = process.memoryUsage();
  memory.rssMax = Math.max(memory.rssMax, rss);
  memory.samples.push(Math.round(rss / 2 ** 20));
}
