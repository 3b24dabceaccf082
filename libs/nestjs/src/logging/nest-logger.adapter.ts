import { Logger as NestLogger, type LoggerService } from '@nestjs/common';
import type { LogFields, Logger } from '@noex/contracts';
import { LogLine } from './log-line.js';

/**
 * The libraries' logger port over Nest's, so that their lines go where the app's go (ConsoleLogger, nestjs-pino, …).
 * `fields` become properties of the line with nestjs-pino, and follow the message on the console.
 */
export class NestLoggerAdapter implements Logger {
  constructor(
    private readonly nest: Required<Pick<LoggerService, 'debug' | 'log' | 'warn' | 'error'>> = new NestLogger(
      'noex',
    ),
  ) {}

  debug(message: string, fields?: LogFields): void {
    this.nest.debug(line(message, fields));
  }

  info(message: string, fields?: LogFields): void {
    this.nest.log(line(message, fields));
  }

  warn(message: string, fields?: LogFields): void {
    this.nest.warn(line(message, fields));
  }

  error(message: string, fields?: LogFields): void {
    this.nest.error(line(message, fields));
  }
}

/** The logger of a node; a named one is told apart by its context. */
export function nestLogger(node: string | undefined): NestLoggerAdapter {
  return new NestLoggerAdapter(new NestLogger(node === undefined ? 'noex' : `noex:${node}`));
}

function line(message: string, fields: LogFields | undefined): string | LogLine {
  return fields === undefined || Object.keys(fields).length === 0 ? message : new LogLine(message, fields);
}
