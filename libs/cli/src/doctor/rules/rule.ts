import type { Fault } from '../finding.js';
import type { Model } from '../model/model.js';

export interface Rule {
  /** Stable: people filter by it. */
  readonly id: string;
  /** Every place that has the fault. Pure. */
  readonly check: (model: Model) => Iterable<Fault>;
}
