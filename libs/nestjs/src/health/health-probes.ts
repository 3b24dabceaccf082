import { Inject, Injectable, Optional, ServiceUnavailableException } from '@nestjs/common';
import {
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
  type HealthIndicatorResult,
} from '@nestjs/terminus';
import { NOEX_HEALTH_SOURCE, NOEX_NODES_HEALTH } from '../tokens.js';
import type { HealthRoute } from './health-paths.js';
import type { HealthSource, NodesHealth } from './health-source.js';
import { NoexHealthIndicator } from './noex.health-indicator.js';

/** What liveness answers: nothing of peers, dependencies or a shutdown. */
export interface LiveAnswer {
  readonly status: 'ok';
  /** How late the event loop ran of late, in milliseconds. */
  readonly loopLagMs: number;
  readonly timestamp: string;
}

/**
 * What the routes of health answer, wherever they are served, for all nodes that are served together. Each returns the body of a 200 or throws a
 * ServiceUnavailableException with that of a 503.
 */
@Injectable()
export class HealthProbes implements Record<HealthRoute, () => unknown> {
  constructor(
    private readonly check: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    @Inject(NOEX_HEALTH_SOURCE) private readonly source: HealthSource,
    @Optional() @Inject(NOEX_NODES_HEALTH) private readonly sources?: NodesHealth,
  ) {}

  /** That there is an answer is the answer: a restart helps against a wedged event loop and nothing else. */
  live(): LiveAnswer {
    return { status: 'ok', loopLagMs: this.source.getLoopLagMs(), timestamp: new Date().toISOString() };
  }

  startup(): HealthCheckResult {
    return answer(this.each((noex, key) => noex.isStarted(key)));
  }

  /** In Terminus' form, but not through its `check()`: that one says 503 as soon as the app shuts down. */
  health(): HealthCheckResult {
    return answer(this.each((noex, key) => noex.isHealthy(key)));
  }

  ready(): Promise<HealthCheckResult> {
    return this.check.check(this.each((noex, key) => () => noex.isReady(key)));
  }

  private each<T>(read: (noex: NoexHealthIndicator, key: string) => T): T[] {
    const sources = this.sources?.() ?? new Map([['noex', this.source]]);
    return [...sources].map(([key, source]) => read(new NoexHealthIndicator(source, this.indicators), key));
  }
}

function answer(results: readonly HealthIndicatorResult[]): HealthCheckResult {
  const details: HealthIndicatorResult = Object.assign({}, ...results);
  const entries = Object.entries(details);
  const info = Object.fromEntries(entries.filter(([, { status }]) => status === 'up'));
  const error = Object.fromEntries(entries.filter(([, { status }]) => status !== 'up'));
  if (Object.keys(error).length === 0) return { status: 'ok', info, error, details };
  throw new ServiceUnavailableException({ status: 'error', info, error, details });
}
