import { createRequire } from 'node:module';
import type * as OpenTelemetry from '@opentelemetry/api';
import type { Attributes, Span } from '@opentelemetry/api';
import type { ContextPropagator, HandledMessage, SentMessage } from './context-propagator.js';

export type OpenTelemetryApi = typeof OpenTelemetry;

/** `@opentelemetry/api` where the app has it. */
export function openTelemetryApi(): OpenTelemetryApi | undefined {
  try {
    return createRequire(import.meta.url)('@opentelemetry/api') as OpenTelemetryApi;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** Whether an SDK is registered: without one, spans would cost and lead nowhere. */
export function hasOpenTelemetrySdk(api: OpenTelemetryApi): boolean {
  return api.isSpanContextValid(api.trace.getTracer('noex').startSpan('probe').spanContext());
}

/**
 * One trace over HTTP, calls and handlers, and the calls these make, in the W3C form (`traceparent`, or what propagator the app has
 * set). Calls are spans of the RPC conventions, casts and infos of the messaging conventions
 * (https://opentelemetry.io/docs/specs/semconv/).
 */
export class OpenTelemetryPropagator implements ContextPropagator {
  private readonly tracer: OpenTelemetry.Tracer;

  constructor(private readonly api: OpenTelemetryApi) {
    this.tracer = api.trace.getTracer('@noex/nestjs');
  }

  send<R>(message: SentMessage, next: () => R): R {
    const { SpanKind, context, propagation, trace } = this.api;
    const call = message.kind === 'call';
    const span = this.tracer.startSpan(call ? message.name : `send ${message.name}`, {
      kind: call ? SpanKind.CLIENT : SpanKind.PRODUCER,
      attributes: {
        ...(call ? rpc(message.name) : messaging('send', message.name)),
        'noex.process': message.to.toString(),
        'server.address': message.to.node,
      },
    });
    const active = trace.setSpan(context.active(), span);
    propagation.inject(active, message.headers);
    return this.during(span, active, next);
  }

  handle<R>(message: HandledMessage, next: () => R): R {
    const { ROOT_CONTEXT, SpanKind, propagation, trace } = this.api;
    const sender = propagation.extract(ROOT_CONTEXT, message.headers);
    const call = message.kind === 'call';
    const name = `${message.behavior}/${message.name}`;
    const span = this.tracer.startSpan(
      call ? name : `process ${name}`,
      {
        kind: call ? SpanKind.SERVER : SpanKind.CONSUMER,
        attributes: {
          ...(call
            ? rpc(message.name, message.behavior)
            : messaging('process', message.name, message.behavior)),
          'noex.process': message.process.toString(),
        },
      },
      sender,
    );
    return this.during(span, trace.setSpan(sender, span), next);
  }

  /** Runs with the span as the active one; it ends with what it runs, a promise included. */
  private during<R>(span: Span, active: OpenTelemetry.Context, next: () => R): R {
    try {
      const result = this.api.context.with(active, next);
      if (!(result instanceof Promise)) {
        span.end();
        return result;
      }
      // Not `finally`: the caller's promise must stay the one whose rejection is unhandled or not.
      result.then(
        () => span.end(),
        (error: unknown) => this.fail(span, error),
      );
      return result;
    } catch (error) {
      this.fail(span, error);
      throw error;
    }
  }

  private fail(span: Span, error: unknown): void {
    const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
    span.setAttribute('error.type', name);
    span.recordException(error instanceof Error ? error : message);
    span.setStatus({ code: this.api.SpanStatusCode.ERROR, message });
    span.end();
  }
}

function rpc(method: string, service?: string): Attributes {
  return { 'rpc.system': 'noex', 'rpc.method': method, ...(service && { 'rpc.service': service }) };
}

function messaging(operation: 'send' | 'process', name: string, destination?: string): Attributes {
  return {
    'messaging.system': 'noex',
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
    'noex.message': name,
    ...(destination && { 'messaging.destination.name': destination }),
  };
}
