import { inspect, type InspectOptions } from 'node:util';
import { toErrorData, type LogFields } from '@noex/contracts';

/**
 * A message with fields in the one form that all loggers of Nest take well: nestjs-pino merges an object's properties
 * into its line (`msg` is pino's key for the message) and drops fields that follow a text; ConsoleLogger prints an object
 * the way it inspects, hence the custom form below.
 */
export class LogLine {
  readonly msg!: string;

  constructor(message: string, fields: LogFields) {
    for (const [key, value] of Object.entries(fields)) {
      // An Error has no enumerable properties: as JSON it would be {}.
      const shown = value instanceof Error ? { ...toErrorData(value), stack: value.stack } : value;
      // Not `err`: pino would take its message for the message of the line.
      const name = key === 'err' ? 'error' : key;
      Object.defineProperty(this, name, { value: shown, enumerable: true, configurable: true });
    }
    Object.defineProperty(this, 'msg', { value: message, enumerable: true });
  }

  [inspect.custom](_depth: number, options: InspectOptions): string {
    const { msg, ...fields } = this;
    return `${msg} ${inspect(fields, { ...options, compact: true, breakLength: Infinity })}`;
  }
}
