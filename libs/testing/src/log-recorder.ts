import type { LogFields, Logger } from '@noex/contracts';

/** A line that was logged. */
export interface LogLine {
  /** The node that wrote it; undefined for a line of the app's own logger. */
  readonly node?: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  /** `event` names the kind of line. */
  readonly fields: LogFields;
}

/** A logger that prints nothing and hands each line to `write`. */
export function recordingLogger(node: string, write: (line: LogLine) => void): Logger {
  const level =
    (name: LogLine['level']) =>
    (message: string, fields: LogFields = {}) =>
      write({ node, level: name, message, fields });
  return { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') };
}
