import type { ExitReason } from '@noex/contracts';
import { isRestarted, restartGroup } from './restart-decision.js';

const planned: ExitReason[] = ['normal', 'shutdown', { shutdown: 'moved' }];
const abnormal: ExitReason[] = ['killed', 'noproc', 'crash', new Error('boom')];

describe('a child that ended is restarted', () => {
  it('always when it is permanent', () => {
    for (const reason of [...planned, ...abnormal]) expect(isRestarted('permanent', reason)).toBe(true);
  });

  it('when it is transient and ended abnormally, only', () => {
    for (const reason of planned) expect(isRestarted('transient', reason)).toBe(false);
    for (const reason of abnormal) expect(isRestarted('transient', reason)).toBe(true);
  });

  it('never when it is temporary', () => {
    for (const reason of [...planned, ...abnormal]) expect(isRestarted('temporary', reason)).toBe(false);
  });

  it('and with it nobody, everybody, or those started after it, by strategy', () => {
    const children = () => ['a', 'b', 'c'];
    expect(restartGroup('one_for_one', children, 'b')).toEqual(['b']);
    expect(restartGroup('dynamic', children, 'b')).toEqual(['b']);
    expect(restartGroup('one_for_all', children, 'b')).toEqual(['a', 'b', 'c']);
    expect(restartGroup('rest_for_one', children, 'b')).toEqual(['b', 'c']);
  });
});
