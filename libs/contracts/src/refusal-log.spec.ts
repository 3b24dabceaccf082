import { silentLogger } from './logger.js';
import { RefusalLog } from './refusal-log.js';

function setup() {
  const lines: string[] = [];
  let now = 0;
  const clock = { now: () => now, setTimeout: () => 0, clearTimeout: () => {} };
  const write = (level: string) => (line: string) => void lines.push(`${level} ${line}`);
  const log = new RefusalLog({ ...silentLogger, warn: write('warn'), debug: write('debug') }, clock);
  return { log, lines, pass: (ms: number) => (now += ms) };
}

const wrong = { code: 'cluster_name', message: 'other cluster' } as const;

it('says whose objection it is', () => {
  const { log, lines } = setup();
  log.report({ refusal: wrong, by: 'us', remote: 'x:1' });
  log.report({ refusal: wrong, by: 'them', remote: 'y:1' });
  expect(lines).toEqual(['warn refused x:1: other cluster', 'warn refused by y:1: other cluster']);
});

it('says the same of the same peer once a minute', () => {
  const { log, lines, pass } = setup();
  const again = () => log.report({ refusal: wrong, by: 'us', remote: 'x:1', peer: 'b' });
  again();
  log.report({ refusal: wrong, by: 'us', remote: 'other:1', peer: 'b' });
  pass(59_999);
  again();
  expect(lines).toHaveLength(1);
  log.report({ refusal: { code: 'name_taken', message: 'm' }, by: 'us', remote: 'x:1', peer: 'b' });
  pass(1);
  again();
  expect(lines).toHaveLength(3);
});

it.each(['duplicate', 'self', 'name_contested'] as const)('whispers %s', (code) => {
  const { log, lines } = setup();
  log.report({ refusal: { code, message: 'm' }, by: 'us', remote: 'x:1' });
  expect(lines).toEqual(['debug refused x:1: m']);
});

it('forgets the oldest rather than grow', () => {
  const { log, lines } = setup();
  const say = (n: number) => log.report({ refusal: wrong, by: 'us', remote: `h${n}` });
  for (let n = 0; n <= 1_000; n++) say(n);
  say(1_000);
  expect(lines).toHaveLength(1_001);
  say(0);
  expect(lines).toHaveLength(1_002);
});
