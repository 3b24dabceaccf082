import type { RefusalCode } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { RefusalLog } from './refusal-log.js';

function logging() {
  const clock = new VirtualClock();
  const [warnings, debugs]: [string[], string[]] = [[], []];
  const ignore = () => {};
  const log = new RefusalLog(
    {
      debug: (line) => void debugs.push(line),
      info: ignore,
      warn: (line) => void warnings.push(line),
      error: ignore,
    },
    clock,
  );
  const report = (code: RefusalCode, peer = 'b') =>
    log.report({ refusal: { code, message: `because of ${code}` }, by: 'us', remote: 'noex.x', peer });
  return { clock, warnings, debugs, log, report };
}

it('counts every refusal and says each cause of each peer once a minute', async () => {
  const { clock, warnings, log, report } = logging();
  for (let n = 0; n < 3; n++) report('wrong_secret');
  report('wrong_secret', 'c');
  report('name_taken');
  expect(warnings).toEqual(
    ['wrong_secret', 'wrong_secret', 'name_taken'].map((code) => `refused noex.x: because of ${code}`),
  );
  expect([log.counts.get('wrong_secret'), log.counts.get('name_taken')]).toEqual([4, 1]);
  await clock.advance(59_999);
  report('wrong_secret');
  expect(warnings).toHaveLength(3);
  await clock.advance(1);
  report('wrong_secret');
  expect(warnings).toHaveLength(4);
});

it('does not trouble anybody with what passes by itself', () => {
  const { warnings, debugs, report } = logging();
  report('duplicate');
  report('name_contested');
  expect([warnings, debugs.length]).toEqual([[], 2]);
});

it('remembers a bounded number of peers, whoever makes them up', () => {
  const { warnings, report } = logging();
  for (let n = 0; n < 1_001; n++) report('wrong_secret', `stranger-${n}`);
  report('wrong_secret', 'stranger-1');
  expect(warnings).toHaveLength(1_001);
  report('wrong_secret', 'stranger-0');
  expect(warnings).toHaveLength(1_002);
});
