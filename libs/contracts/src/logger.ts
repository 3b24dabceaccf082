/** Where the libraries log. `fields.event` is a stable name for the kind of line. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** What a line says beside its message; `event` names its kind. */
export type LogFields = Readonly<Record<string, unknown>>;

const ignore = () => {};

/** Says nothing. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
