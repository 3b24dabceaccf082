import { Controller, Get, Header, Inject, VERSION_NEUTRAL, type Type } from '@nestjs/common';
import { HealthCheck, type HealthCheckResult } from '@nestjs/terminus';
import { healthRoutes, type HealthPaths, type HealthRoute } from './health-paths.js';
import { getNoexToken } from '../nodes/node-token.js';
import { HealthProbes, type LiveAnswer } from './health-probes.js';

/** The routes of the probes. */
export interface HealthController extends Record<HealthRoute, () => unknown> {
  live(): LiveAnswer;
  startup(): HealthCheckResult;
  health(): HealthCheckResult;
  ready(): Promise<HealthCheckResult>;
}

/**
 * A controller class of its own per call, since paths belong to one app and decorators to a class. Without `paths` it
 * serves nothing until {@link routeHealth}. `node`: name of the node in its app.
 */
export function createHealthController(paths?: HealthPaths, node?: string): Type<HealthController> {
  @Controller({ version: VERSION_NEUTRAL })
  class NoexHealthController implements HealthController {
    constructor(@Inject(getNoexToken(HealthProbes, node)) private readonly probes: HealthProbes) {}

    @Header('Cache-Control', 'no-store')
    live(): LiveAnswer {
      return this.probes.live();
    }

    @Header('Cache-Control', 'no-store')
    startup(): HealthCheckResult {
      return this.probes.startup();
    }

    @Header('Cache-Control', 'no-store')
    health(): HealthCheckResult {
      return this.probes.health();
    }

    @Header('Cache-Control', 'no-store')
    @HealthCheck({ noCache: false, swaggerDocumentation: true })
    ready(): Promise<HealthCheckResult> {
      return this.probes.ready();
    }
  }
  if (paths) routeHealth(NoexHealthController, paths);
  return NoexHealthController;
}

/** Binds the paths, at the latest while providers are made: Nest reads routes after them. */
export function routeHealth({ prototype }: Type<HealthController>, paths: HealthPaths): void {
  const routes = [...healthRoutes(paths)];
  for (const handler of new Set(routes.map(([, route]) => route))) {
    const served = routes.filter(([, route]) => route === handler).map(([path]) => path);
    Get(served)(prototype, handler, Object.getOwnPropertyDescriptor(prototype, handler)!);
  }
}
