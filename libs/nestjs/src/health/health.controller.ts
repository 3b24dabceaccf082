import {
  Controller,
  Get,
  Header,
  ServiceUnavailableException,
  VERSION_NEUTRAL,
  type Type,
} from '@nestjs/common';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { NoexHealthIndicator } from './noex.health-indicator.js';

export interface HealthPaths {
  readonly livePath: string;
  readonly readyPath: string;
}

export interface HealthController {
  live(): HealthCheckResult;
  ready(): Promise<HealthCheckResult>;
}

/**
 * A controller class of its own per call, since paths belong to one app and decorators to a class. Without `paths` it
 * serves nothing until {@link routeHealth}.
 */
export function createHealthController(paths?: HealthPaths): Type<HealthController> {
  @Controller({ version: VERSION_NEUTRAL })
  class NoexHealthController implements HealthController {
    constructor(
      private readonly noex: NoexHealthIndicator,
      private readonly health: HealthCheckService,
    ) {}

    /**
     * Answers in Terminus' form, but not through its `check()`: that one says 503 as soon as the app shuts down, and a
     * platform that reads liveness would kill the node in the middle of its drain.
     */
    @Header('Cache-Control', 'no-store')
    live(): HealthCheckResult {
      const result = this.noex.isHealthy();
      if (result.noex.status === 'up') return { status: 'ok', info: result, error: {}, details: result };
      throw new ServiceUnavailableException({ status: 'error', info: {}, error: result, details: result });
    }

    @Header('Cache-Control', 'no-store')
    @HealthCheck({ noCache: false, swaggerDocumentation: true })
    ready(): Promise<HealthCheckResult> {
      return this.health.check([() => this.noex.isReady()]);
    }
  }
  if (paths) routeHealth(NoexHealthController, paths);
  return NoexHealthController;
}

/** Binds the paths, at the latest while providers are made: Nest reads routes after them. */
export function routeHealth({ prototype }: Type<HealthController>, paths: HealthPaths): void {
  const route = (handler: keyof HealthController, path: string) =>
    Get(path)(prototype, handler, Object.getOwnPropertyDescriptor(prototype, handler)!);
  route('live', paths.livePath);
  route('ready', paths.readyPath);
}
