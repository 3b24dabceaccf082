import { recordingLogger, type LogLine } from './log-recorder.js';

it('keeps each line with its node, its level and its fields', () => {
  const lines: LogLine[] = [];
  const logger = recordingLogger('n1', (line) => lines.push(line));
  logger.debug('a');
  logger.info('b', { event: 'node_up' });
  logger.warn('c');
  logger.error('d', { event: 'node_down', peer: 'n2' });
  expect(lines).toEqual([
    { node: 'n1', level: 'debug', message: 'a', fields: {} },
    { node: 'n1', level: 'info', message: 'b', fields: { event: 'node_up' } },
    { node: 'n1', level: 'warn', message: 'c', fields: {} },
    { node: 'n1', level: 'error', message: 'd', fields: { event: 'node_down', peer: 'n2' } },
  ]);
});
