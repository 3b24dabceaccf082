import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { NOEX_HEALTH_SOURCE } from '../tokens.js';
import type { HealthSource } from './health-source.js';

/**
 * Terminus indicators of this node, for health pages of one's own:
 * `health.check([() => noex.isReady(), () => database.pingCheck('db')])`.
 */
@Injectable()
export class NoexHealthIndicator {
  constructor(
    @Inject(NOEX_HEALTH_SOURCE) private readonly source: HealthSource,
    private readonly indicators: HealthIndicatorService,
  ) {}

  /** Up until the node has stopped for good; a node that starts or drains is alive. */
  isHealthy<const Key extends string = 'noex'>(key = 'noex' as Key): HealthIndicatorResult<Key> {
    const session = this.indicators.check(key);
    return this.source.getStatus() === 'stopped'
      ? session.down({ message: 'the node has stopped', ...this.details() })
      : session.up(this.details());
  }

  /** Up while the node takes new work, with or without peers; `degraded` and `down` with the reasons, `message` being all of them. */
  isReady<const Key extends string = 'noex'>(key = 'noex' as Key): HealthIndicatorResult<Key> {
    const session = this.indicators.check(key);
    const { state, reasons } = this.source.getReadiness();
    const failing = this.source.getFailingCanaries();
    const details = {
      ...this.details(),
      // That another node does not answer is worth knowing where this one is fine.
      ...(failing.size > 0 && { failingCanaries: Object.fromEntries(failing) }),
    };
    if (state === 'up') return session.up(details);
    const trouble = { message: reasons.join('; '), reasons, ...details };
    return state === 'degraded' ? session.degraded(trouble) : session.down(trouble);
  }

  /** Up once the node has started, and from then on whatever happens to it; before with what it waits for in `message`. */
  isStarted<const Key extends string = 'noex'>(key = 'noex' as Key): HealthIndicatorResult<Key> {
    const session = this.indicators.check(key);
    const message = this.source.startupPending();
    return message === undefined ? session.up(this.details()) : session.down({ message, ...this.details() });
  }

  private details() {
    return {
      // `status` is Terminus' own key and says up or down.
      clusterStatus: this.source.getStatus(),
      nodeId: this.source.getLocalNodeId(),
      connectedNodes: this.source.getConnectedNodeCount(),
      timestamp: new Date().toISOString(),
    };
  }
}
