// Runs stages one after the other, and says at the end what came of each.

class Skipped extends Error {}

/**
 * @param {{ name: string, run(tools: object): Promise<void> }[]} stages
 * @param {{ quick: boolean, print(line: string): void }} options
 * @returns {Promise<{ name: string, result: 'PASSED' | 'SKIPPED' | 'FAILED', seconds: number, why?: string }[]>}
 */
export async function runStages(stages, { quick, print }) {
  const outcomes = [];
  for (const stage of stages) {
    const began = performance.now();
    print(`== ${stage.name}`);
    const ended = await runStage(stage, quick, (text) => print(`${stage.name}: ${text}`));
    const outcome = { name: stage.name, seconds: (performance.now() - began) / 1000, ...ended };
    outcomes.push(outcome);
    print(lineOf(outcome));
  }
  print('== all stages');
  for (const outcome of outcomes) print(lineOf(outcome));
  return outcomes;
}

function lineOf({ name, result, seconds, why }) {
  return `${result} ${name} (${seconds.toFixed(1)} s)${why ? `: ${why}` : ''}`;
}

async function runStage(stage, quick, say) {
  const undos = [];
  const undoAll = async () => {
    const failures = [];
    for (let undo = undos.pop(); undo; undo = undos.pop()) {
      try {
        await undo();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0)
      throw new AggregateError(failures, `not undone: ${failures.map(String).join(', ')}`);
  };
  // A second signal ends the process at once: the handlers are gone then.
  const stop = (signal) => {
    say(`${signal}: stops`);
    void undoAll().finally(() => process.exit(1));
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const skip = (reason) => {
      throw new Skipped(reason);
    };
    // What a stage started must be gone before the next one: a stage that leaves it behind has failed.
    const tools = { say, skip, quick, cleanup: (undo) => undos.push(undo) };
    await stage.run(tools).finally(undoAll);
    return { result: 'PASSED' };
  } catch (error) {
    return error instanceof Skipped
      ? { result: 'SKIPPED', why: error.message }
      : { result: 'FAILED', why: error.stack };
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
