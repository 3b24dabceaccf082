import type { LogLine } from '../log-recorder.js';
import { quietLogger } from './quiet-logger.js';

it('keeps the lines of the app with their levels, and prints none', () => {
  const lines: LogLine[] = [];
  const logger = quietLogger((line) => lines.push(line));
  const print = jest.spyOn(process.stdout, 'write');
  logger.log('started', 'AppContext');
  logger.warn('low');
  logger.error(new Error('broken'), 'stack');
  logger.fatal!('gone');
  logger.debug!('a');
  logger.verbose!('b');
  expect(print).not.toHaveBeenCalled();
  print.mockRestore();
  expect(lines).toEqual([
    { level: 'info', message: 'started', fields: { rest: ['AppContext'] } },
    { level: 'warn', message: 'low', fields: {} },
    { level: 'error', message: 'broken', fields: { rest: ['stack'] } },
    { level: 'error', message: 'gone', fields: {} },
    { level: 'debug', message: 'a', fields: {} },
    { level: 'debug', message: 'b', fields: {} },
  ]);
});
