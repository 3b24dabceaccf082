import { Inject, Injectable, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService, type HealthCheckResult, type HealthIndicatorResult } from '@nestjs/terminus';
import { NOEX_HEALTH_SOURCE } from '../tokens.js';
import type { HealthRoute } from './health-paths.js';
import type { HealthSource } from './health-source.js';
import { NoexHealthIndicator } from './noex.health-indicator.js';

export interface LiveAnswer {
  readonly status: 'ok';
  /** How late the event loop ran of late, in milliseconds. */
  readonly loopLagMs: number;
  readonly timestamp: string;
}

/**
 * What the routes of health answer, wherever they are served. Each returns the body of a 200 or throws a
 * ServiceUnavailableException with that of a 503.
 */
@Injectable()
export class HealthProbes implements Record<HealthRoute, () => unknown> {
  constructor(
    private readonly noex: NoexHealthIndicator,
    private readonly check: HealthCheckService,
    @Inject(NOEX_HEALTH_SOURCE) private readonly source: HealthSource,
  ) {}

  /** That there is an answer is the answer: a restart helps against a wedged event loop and nothing else. */
  live(): LiveAnswer {
    return { status: 'ok', loopLagMs: this.source.getLoopLagMs(), timestamp: new Date().toISOString() };
  }

  startup(): HealthCheckResult {
    return answer(this.noex.isStarted());
  }

  /** In Terminus' form, but not through its `check()`: that one says 503 as soon as the app shuts down. */
  health(): HealthCheckResult {
    return answer(this.noex.isHealthy());
  }

  ready(): Promise<HealthCheckResult> {
    return this.check.check([() => this.noex.isReady()]);
  }
}

function answer(result: HealthIndicatorResult): HealthCheckResult {
  const up = Object.values(result).every(({ status }) => status === 'up');
  if (up) return { status: 'ok', info: result, error: {}, details: result };
  throw new ServiceUnavailableException({ status: 'error', info: {}, error: result, details: result });
}
