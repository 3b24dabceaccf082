import type { Params } from 'nestjs-pino';
import { hostname } from 'node:os';
import { currentActivity } from '@noex/runtime';
import { openTelemetryApi } from '../context/open-telemetry.js';

type PinoHttp = NonNullable<Params['pinoHttp']>;
type DestinationStream = Extract<PinoHttp, readonly unknown[]>[1];
type PinoHttpOptions = Exclude<PinoHttp, readonly unknown[] | DestinationStream>;

/**
 * nestjs-pino parameters that put `nodeId` on every line of the app, requests and framework included, and on lines of a behavior's
 * handlers its `process` and `behavior`, and `traceId` and `spanId` where OpenTelemetry has an active span:
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
  // `base` is written once, when the logger is made. What pino would put there itself is lost as soon as it is set.
  const base = options.base === undefined ? { pid: process.pid, hostname: hostname() } : options.base;
  const bindings = options.formatters?.bindings;
  return {
    ...options,
    base: { ...base, nodeId },
    mixin: mixinOf(options.mixin),
    ...(bindings && {
      formatters: { ...options.formatters, bindings: (given) => ({ ...bindings(given), nodeId }) },
    }),
  };
}

type Mixin = NonNullable<PinoHttpOptions['mixin']>;

/** What changes from line to line; the app's own mixin has the last word. */
function mixinOf(own: Mixin | undefined): Mixin {
  const api = openTelemetryApi();
  return (...line) => {
    const active = currentActivity()?.process;
    const span = api?.trace.getActiveSpan()?.spanContext();
    return {
      ...(active && { process: active.ref.toString(), behavior: active.behaviorName }),
      ...(span && { traceId: span.traceId, spanId: span.spanId }),
      ...own?.(...line),
    };
  };
}

function isDestination(pinoHttp: Params['pinoHttp']): pinoHttp is DestinationStream {
  return typeof (pinoHttp as Partial<DestinationStream> | undefined)?.write === 'function';
}
