import { error, type Fault } from '../finding.js';
import type { ComposeService } from '../model/compose-service.js';
import type { Model } from '../model/model.js';
import { DEFAULT_DRAIN_MS } from '../model/product.js';
import { findVariable, type Variable } from '../model/variable.js';
import { inContainer, inPod, type NodeWorkload } from '../model/workload.js';
import type { Rule } from './rule.js';

/** What Kubernetes and Docker wait before they kill, where nothing is said. */
const DEFAULT_GRACE_SECONDS = 30;
const DEFAULT_COMPOSE_GRACE_SECONDS = 10;

/** First no new requests, then the drain, and all of it before the kill. */
export const shutdownBudget: Rule = {
  id: 'shutdown-budget',
  *check({ nodes, composeFiles }: Model) {
    for (const node of nodes) yield* ofPod(node);
    for (const service of composeFiles.flatMap((file) => file.nodes)) yield* ofService(service);
  },
};

function* ofPod(node: NodeWorkload): Generator<Fault> {
  const { tree, variables } = node.container;
  const grace = node.podSpec.at('terminationGracePeriodSeconds')?.number ?? DEFAULT_GRACE_SECONDS;
  const pause = pauseSeconds(node);
  const drain = drainSeconds(variables);
  if (!tree.at('lifecycle', 'preStop')) {
    yield error(
      inContainer(node, 'lifecycle'),
      'no preStop pause: the node refuses work while Services still send it, and those requests fail',
      'write lifecycle.preStop.exec.command: ["sleep", "5"]',
    );
  }
  if (drain === undefined || pause + drain < grace) return;
  yield error(
    inPod(node, 'terminationGracePeriodSeconds'),
    `a kill after ${grace} s ends a shutdown that takes up to ${pause + drain} s (preStop ${pause} s, drain ${drain} s)`,
    `write terminationGracePeriodSeconds: ${Math.max(60, Math.ceil((pause + drain) * 1.5))}, or a shorter CLUSTER_DRAIN_MS`,
  );
}

function* ofService({ tree, variables, file, line }: ComposeService): Generator<Fault> {
  const period = tree.at('stop_grace_period');
  const grace = period ? composeSeconds(period.text) : DEFAULT_COMPOSE_GRACE_SECONDS;
  const drain = drainSeconds(variables);
  if (grace === undefined || drain === undefined || drain < grace) return;
  yield error(
    { file, line: period?.line ?? line },
    `Docker kills after ${grace} s a node that drains for up to ${drain} s`,
    `write stop_grace_period: ${Math.ceil(drain * 1.5)}s, or a shorter CLUSTER_DRAIN_MS`,
  );
}

function drainSeconds(variables: readonly Variable[]): number | undefined {
  const variable = findVariable(variables, 'CLUSTER_DRAIN_MS');
  if (!variable) return DEFAULT_DRAIN_MS / 1000;
  const milliseconds = Number(variable.value);
  return Number.isFinite(milliseconds) ? milliseconds / 1000 : undefined;
}

/** Of a `sleep` hook or a command that ends in a sleep; what another command takes nobody knows. */
function pauseSeconds({ container }: NodeWorkload): number {
  const hook = container.tree.at('lifecycle', 'preStop');
  const seconds = hook?.at('sleep', 'seconds')?.number;
  if (seconds !== undefined) return seconds;
  const command = (hook?.at('exec', 'command')?.items ?? []).map(({ text }) => text).join(' ');
  return Number(/\bsleep\s+(\d+(?:\.\d+)?)/.exec(command)?.[1] ?? 0);
}

/** A duration such as `1m30s`. */
function composeSeconds(text = ''): number | undefined {
  const [whole, hours, minutes, seconds] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?$/.exec(text) ?? [];
  if (!whole) return undefined;
  return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
}
