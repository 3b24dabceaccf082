import type { Params } from 'nestjs-pino';
import { hostname } from 'node:os';

type PinoHttp = NonNullable<Params['pinoHttp']>;
type DestinationStream = Extract<PinoHttp, readonly unknown[]>[1];
type PinoHttpOptions = Exclude<PinoHttp, readonly unknown[] | DestinationStream>;

/**
 * nestjs-pino parameters that put `nodeId` on every line of the app, requests and framework included:
 *
 * ```ts
 * LoggerModule.forRootAsync({ inject: [NOEX_OPTIONS], useFactory: noexPinoParams })
 * ```
 *
 * `params` are your own; they keep all else. Not for `useExisting`, where Fastify owns the logger.
 */
export function noexPinoParams(options: { readonly nodeName: string }, params: Params = {}): Params {
  return { ...params, pinoHttp: withNodeId(options.nodeName, params.pinoHttp) };
}

function withNodeId(nodeId: string, pinoHttp: Params['pinoHttp']): PinoHttp {
  if (Array.isArray(pinoHttp)) return [markOptions(nodeId, pinoHttp[0]), pinoHttp[1]];
  if (isDestination(pinoHttp)) return [markOptions(nodeId, {}), pinoHttp];
  return markOptions(nodeId, pinoHttp ?? {});
}

function markOptions(nodeId: string, options: PinoHttpOptions): PinoHttpOptions {
  // A ready-made logger ignores the options that make one.
  if (options.logger) return { ...options, logger: options.logger.child({ nodeId }) };
  // `base` is written once, when the logger is made; a mixin would run for every line. What pino would put there itself
  // is lost as soon as it is set.
  const base = options.base === undefined ? { pid: process.pid, hostname: hostname() } : options.base;
  const bindings = options.formatters?.bindings;
  return {
    ...options,
    base: { ...base, nodeId },
    ...(bindings && {
      formatters: { ...options.formatters, bindings: (given) => ({ ...bindings(given), nodeId }) },
    }),
  };
}

function isDestination(pinoHttp: Params['pinoHttp']): pinoHttp is DestinationStream {
  return typeof (pinoHttp as Partial<DestinationStream> | undefined)?.write === 'function';
}
