import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runStages } from './stages.mjs';

async function run(...stages) {
  const lines = [];
  const outcomes = await runStages(stages, { quick: true, print: (line) => lines.push(line) });
  return { outcomes: outcomes.map(({ name, result }) => `${name} ${result}`), text: lines.join('\n') };
}

describe('stages', () => {
  it('run one after the other; one that fails does not keep the next from running', async () => {
    const { outcomes, text } = await run(
      { name: 'a', run: () => Promise.reject(new Error('broken')) },
      { name: 'b', run: ({ say, quick }) => Promise.resolve(say(`quick is ${quick}`)) },
    );
    assert.deepEqual(outcomes, ['a FAILED', 'b PASSED']);
    assert.match(text, /b: quick is true/);
    assert.match(text, /FAILED a .*broken/);
  });
  it('say aloud what was skipped, and why, at the end once more', async () => {
    const { outcomes, text } = await run({ name: 'a', run: async ({ skip }) => skip('no engine') });
    assert.deepEqual(outcomes, ['a SKIPPED']);
    assert.match(text, /== all stages\nSKIPPED a \(0\.0 s\): no engine$/);
  });
  it('undo what they did, the last thing first, however they end', async () => {
    const undone = [];
    const stage = (name, end) => ({
      name,
      run: async ({ cleanup, skip }) => {
        cleanup(async () => undone.push(`${name} 1`));
        cleanup(() => undone.push(`${name} 2`));
        end(skip);
      },
    });
    await run(
      stage('a', () => {}),
      stage('b', (skip) => skip('x')),
      stage('c', () => {
        throw new Error('x');
      }),
    );
    assert.deepEqual(undone, ['a 2', 'a 1', 'b 2', 'b 1', 'c 2', 'c 1']);
  });
  it('fail where what they did cannot be undone, and undo the rest', async () => {
    const undone = [];
    const { outcomes, text } = await run({
      name: 'a',
      run: async ({ cleanup }) => {
        cleanup(() => undone.push('first'));
        cleanup(() => Promise.reject(new Error('still there')));
      },
    });
    assert.deepEqual({ outcomes, undone }, { outcomes: ['a FAILED'], undone: ['first'] });
    assert.match(text, /still there/);
  });
});
