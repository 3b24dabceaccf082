import { runModule } from './run-module.js';

describe('the report', () => {
  it('shows totals, terms and who did how much', () => {
    const text = runModule(
      `import { describeResult } from './tools/start/report.mjs'; print(describeResult(parameters));`,
      {
        lines: 1234567,
        bytes: 4096,
        words: 12,
        distinctTerms: 2,
        topTerms: [{ term: 'the', count: 1000 }],
        nodes: [
          { node: 'worker-1', chunks: 3, bytes: 3072 },
          { node: 'worker-2', chunks: 1, bytes: 1024 },
        ],
      },
    );
    expect(text).toBe(
      [
        'result',
        '  lines           1,234,567',
        '  bytes               4,096',
        '  words                  12',
        '  distinct terms          2',
        '',
        'most frequent terms',
        '  the  1,000',
        '',
        'who did it',
        '  node      chunks    bytes  share',
        '  worker-1       3  3.0 KiB   75 %',
        '  worker-2       1  1.0 KiB   25 %',
      ].join('\n'),
    );
  });

  it('can be empty', () => {
    const text = runModule(
      `import { describeResult } from './tools/start/report.mjs'; print(describeResult(parameters));`,
      { lines: 0, bytes: 0, words: 0, distinctTerms: 0, topTerms: [], nodes: [] },
    );
    expect(text).toContain('who did it');
  });

  it('says where the job and the commands differ', () => {
    const { equal, text } = runModule(
      `import { compare } from './tools/start/report.mjs'; print(compare(parameters[0], parameters[1]));`,
      [
        { lines: 1, bytes: 2000, words: 3 },
        { lines: 1, bytes: 2000, words: 4 },
      ],
    ) as { equal: boolean; text: string };
    expect(equal).toBe(false);
    expect(text.split('\n').map((line) => line.trim().split(/\s+/))).toEqual([
      ['job', 'wc,', 'grep'],
      ['lines', '1', '1', 'OK'],
      ['bytes', '2,000', '2,000', 'OK'],
      ['words', '3', '4', 'DIFFERENT'],
    ]);
  });
});
