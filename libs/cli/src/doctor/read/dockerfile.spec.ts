import fc from 'fast-check';
import { finalInstructions, finalStages, readDockerfile } from './dockerfile.js';

const read = (text: string, firstLine = 1) =>
  readDockerfile({ file: 'Dockerfile', kind: 'dockerfile', text, firstLine });

describe('a Dockerfile', () => {
  it('is read in stages of instructions with their lines', () => {
    const { stages } = read(
      'ARG V=24\nFROM --platform=linux/amd64 node:24 AS build\nrun npm ci\n\nFROM scratch\nUSER node\n',
      5,
    );
    expect(stages).toEqual([
      {
        base: 'node:24',
        name: 'build',
        line: 6,
        instructions: [{ keyword: 'RUN', text: 'npm ci', line: 7 }],
      },
      { base: 'scratch', line: 9, instructions: [{ keyword: 'USER', text: 'node', line: 10 }] },
    ]);
  });

  it('joins continued lines, past comments between them', () => {
    const [stage] = read('FROM a\nRUN one \\\n  # why\n\n  two \\\n  three\nUSER node\n').stages;
    expect(stage!.instructions).toEqual([
      { keyword: 'RUN', text: 'one two three', line: 2 },
      { keyword: 'USER', text: 'node', line: 7 },
    ]);
  });

  it('does not take the lines of a here-document for instructions', () => {
    const [stage] = read('FROM a\nRUN <<EOF\nUSER root\nEOF\nUSER node\n').stages;
    expect(stage!.instructions.map(({ keyword, line }) => [keyword, line])).toEqual([
      ['RUN', 2],
      ['USER', 5],
    ]);
  });

  it('becomes what its last stage and the stages under that say, the last word first', () => {
    const dockerfile = read(
      'FROM a AS base\nUSER one\nFROM b AS other\nUSER two\nFROM Base\nUSER three\nUSER four\n',
    );
    expect(finalStages(dockerfile).map(({ base }) => base)).toEqual(['Base', 'a']);
    expect(finalInstructions(dockerfile, 'USER').map(({ text }) => text)).toEqual(['four', 'three', 'one']);
  });

  it('may say anything without throwing', () => {
    const piece = fc.constantFrom('FROM ', 'a', ' AS ', 'RUN ', '\\', '\n', '<<EOF', 'EOF', '#', ' ');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (parts) => {
        const dockerfile = read(parts.join(''));
        expect(finalStages(dockerfile).length).toBeLessThanOrEqual(dockerfile.stages.length);
      }),
      { numRuns: 300 },
    );
  });
});
