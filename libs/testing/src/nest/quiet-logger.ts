import type { LoggerService } from '@nestjs/common';
import type { LogLine } from '../log-recorder.js';

/** Nest's logger that prints nothing: each line goes to `write`, as one of no node, since all apps of a process share it. */
export function quietLogger(write: (line: LogLine) => void): LoggerService {
  const level =
    (name: LogLine['level']) =>
    (message: unknown, ...rest: unknown[]) => {
      const text = message instanceof Error ? message.message : String(message);
      write({ level: name, message: text, fields: rest.length > 0 ? { rest } : {} });
    };
  const error = level('error');
  const debug = level('debug');
  return { log: level('info'), warn: level('warn'), error, fatal: error, debug, verbose: debug };
}
