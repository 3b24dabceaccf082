import { runModule } from '../tools/run-module.js';

const PAGE = `# A page

\`\`\`sh
cd shop
\`\`\`

\`\`\`ts title="src/cart.ts"
export const cart = 1;
\`\`\`

\`\`\`sh title="terminal 1"
PORT=3001 CLUSTER_PORT=4371 npm start
\`\`\`

\`\`\`log
it runs
on and on
\`\`\`

\`\`\`sh
curl localhost:3001/cart
\`\`\`

\`\`\`text
eva has 1
\`\`\`

Press Ctrl-C in terminal 1, which stops it.
`;

function ofPage(expression: string, page = PAGE): unknown {
  return runModule(
    `import { portsOf, stepsOf, withPorts } from './test/packages/support/page.mjs';
    print(await Promise.resolve().then(() => ${expression}).catch((error) => error.message));`,
    page,
  );
}

describe('a page that is followed', () => {
  it('is its blocks and keys, in their order', () => {
    expect(ofPage('stepsOf(parameters)')).toEqual([
      { kind: 'type', text: 'cd shop\n' },
      { kind: 'write', file: 'src/cart.ts', text: 'export const cart = 1;\n' },
      { kind: 'start', terminal: 'terminal 1', text: 'PORT=3001 CLUSTER_PORT=4371 npm start\n' },
      { kind: 'log', lines: ['it runs', 'on and on'] },
      { kind: 'type', text: 'curl localhost:3001/cart\n' },
      { kind: 'answer', text: 'eva has 1' },
      { kind: 'interrupt', terminal: 'terminal 1' },
    ]);
  });

  it('is refused where a block is no step, rather than followed without it', () => {
    expect(ofPage('stepsOf(parameters)', '```ts\nconst lost = 1;\n```\n')).toContain(
      'a block that is no step',
    );
    expect(ofPage('stepsOf(parameters)', '```json\n{}\n```\n')).toContain('a block that is no step');
  });

  it('gets other ports, the same for the same', () => {
    expect(ofPage('portsOf(parameters)')).toEqual(['3001', '4371']);
    const changed = ofPage('withPorts(parameters, [1, 2])') as string;
    expect(changed).toContain('PORT=1 CLUSTER_PORT=2 npm start');
    expect(changed).toContain('curl localhost:1/cart');
    expect(changed).not.toMatch(/3001|4371/);
  });
});
