import { advertisedHost } from './advertised-host.js';
import { autoscalerMetric } from './autoscaler-metric.js';
import { compose } from './compose.js';
import { disruptionBudget } from './disruption-budget.js';
import { dockerfile } from './dockerfile.js';
import { fixedSeed } from './fixed-seed.js';
import { heapSize } from './heap-size.js';
import { networkPolicy } from './network-policy.js';
import { peerService } from './peer-service.js';
import { podIdentity } from './pod-identity.js';
import { podSecurity } from './pod-security.js';
import { probes } from './probes.js';
import { resourceRequests } from './resource-requests.js';
import type { Rule } from './rule.js';
import { secret } from './secret.js';
import { seedForm } from './seed-form.js';
import { serviceMonitor } from './service-monitor.js';
import { sharedLabels } from './shared-labels.js';
import { shutdownBudget } from './shutdown-budget.js';
import { startOrder } from './start-order.js';
import { updateStrategy } from './update-strategy.js';

/** In the order of the table in README.md. */
export const RULES: readonly Rule[] = [
  seedForm,
  startOrder,
  peerService,
  advertisedHost,
  fixedSeed,
  podIdentity,
  disruptionBudget,
  serviceMonitor,
  resourceRequests,
  autoscalerMetric,
  heapSize,
  networkPolicy,
  probes,
  shutdownBudget,
  secret,
  compose,
  dockerfile,
  podSecurity,
  updateStrategy,
  sharedLabels,
];
