import { ConsoleLogger, Logger as NestLogger, type LoggerService } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { NodeDownError } from '@noex/contracts';
import { Logger as PinoNestLogger, LoggerModule, NativeLogger, PinoLogger } from 'nestjs-pino';
import pino from 'pino';
import { NestLoggerAdapter } from './nest-logger.adapter.js';

/** What ConsoleLogger writes, without colours. */
function consoleLines(log: (adapter: NestLoggerAdapter) => void, json = false): string[] {
  const lines: string[] = [];
  const take = (text: string | Uint8Array) => lines.push(String(text)) > 0;
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation(take),
    jest.spyOn(process.stderr, 'write').mockImplementation(take),
  ];
  try {
    log(new NestLoggerAdapter(withContext(new ConsoleLogger({ colors: false, json }))));
  } finally {
    spies.forEach((spy) => spy.mockRestore());
  }
  return lines;
}

/** Nest's own wrapper, which adds the context and hands over to the app's logger. */
function withContext(logger: LoggerService): NestLogger {
  const wrapped = new NestLogger('noex');
  Object.defineProperty(wrapped, 'localInstance', { value: logger });
  return wrapped;
}

/** What pino writes for nestjs-pino's `Logger`. */
async function pinoLines(
  log: (adapter: NestLoggerAdapter) => void,
  service: typeof PinoNestLogger | typeof NativeLogger = PinoNestLogger,
): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (text: string) => void lines.push(JSON.parse(text)) };
  const testing = await Test.createTestingModule({
    imports: [LoggerModule.forRoot({ pinoHttp: stream })],
  }).compile();
  // nestjs-pino keeps one root logger per OS process, made for the first module: give this one its own stream.
  const root = pino({ level: 'debug' }, stream);
  const inner = testing.get(service) as unknown as { logger: PinoLogger };
  Object.defineProperty(inner.logger, 'logger', { value: root });
  log(new NestLoggerAdapter(withContext(testing.get(service))));
  await testing.close();
  return lines;
}

describe('NestLoggerAdapter', () => {
  const fields = { event: 'node_up', peer: 'n2', rttMs: 3 };

  it('reads well on the console', () => {
    const lines = consoleLines((log) => {
      log.info('node n2 is up', fields);
      log.info('node n1 runs');
      log.debug('reply came too late', { event: 'late_reply' });
    });
    expect(lines[0]).toMatch(/LOG \[noex\] node n2 is up \{ event: 'node_up', peer: 'n2', rttMs: 3 \}\n$/);
    expect(lines[1]).toMatch(/LOG \[noex\] node n1 runs\n$/);
    expect(lines[2]).toMatch(/DEBUG \[noex\] reply came too late \{ event: 'late_reply' \}\n$/);
    expect(lines).toHaveLength(3);
  });

  it('keeps fields apart in the console’s JSON', () => {
    const [line] = consoleLines((log) => log.info('node n2 is up', fields), true);
    expect(JSON.parse(line!)).toMatchObject({
      level: 'log',
      context: 'noex',
      message: { msg: 'node n2 is up', ...fields },
    });
  });

  it.each([
    ['debug', 20],
    ['info', 30],
    ['warn', 40],
    ['error', 50],
  ] as const)('logs %s with its fields as properties of pino’s line', async (level, number) => {
    const [line, ...more] = await pinoLines((log) => log[level]('node n2 is up', fields));
    expect(line).toMatchObject({ level: number, context: 'noex', msg: 'node n2 is up', ...fields });
    expect(more).toEqual([]);
  });

  it('logs plain text as text', async () => {
    expect((await pinoLines((log) => log.error('100% lost %s')))[0]).toMatchObject({
      msg: '100% lost %s',
      level: 50,
    });
  });

  it('keeps message and fields with nestjs-pino’s NativeLogger', async () => {
    const [line] = await pinoLines((log) => log.warn('node n2 is up', fields), NativeLogger);
    expect(line).toMatchObject({ context: 'noex', level: 40, msg: { msg: 'node n2 is up', ...fields } });
  });

  describe.each(['error', 'err', 'cause'])('an Error in the field %s', (key) => {
    const error = new NodeDownError('n2 went down', { node: 'n2' });

    it('keeps the message of the line and all of the error with pino', async () => {
      const [line] = await pinoLines((log) =>
        log.error('call failed', { event: 'call_failed', [key]: error }),
      );
      expect(line).toMatchObject({
        msg: 'call failed',
        [key === 'err' ? 'error' : key]: {
          name: 'NodeDownError',
          message: 'n2 went down',
          code: 'node_down',
          data: { node: 'n2' },
          stack: expect.stringContaining('NodeDownError: n2 went down\n    at '),
        },
      });
    });

    it('is readable on the console', () => {
      const text = consoleLines((log) => log.error('call failed', { [key]: error })).join('');
      expect(text).toMatch(/ERROR \[noex\] call failed \{.*NodeDownError/);
    });
  });

  it('lets no field replace the message', async () => {
    const [line] = await pinoLines((log) => log.info('the message', { msg: 'a field' }));
    expect(line).toMatchObject({ msg: 'the message' });
  });

  it('goes to the logger of the app where none is given', () => {
    const spy = jest.spyOn(NestLogger.prototype, 'warn').mockImplementation(() => undefined);
    new NestLoggerAdapter().warn('hello');
    expect(spy).toHaveBeenCalledWith('hello');
    spy.mockRestore();
  });
});
