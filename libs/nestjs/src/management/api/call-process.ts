import { ProcessNotFoundError, ProcessRef } from '@noex/contracts';
import type { Cluster } from '@noex/cluster';
import { MAX_TIMER_MS } from '../../options/option-forms.js';
import { invalid, textField } from './read-request.js';
import { toJson } from './to-json.js';

export interface CallRequest {
  /** A ref, a name of this node, or a global one; looked for in this order. */
  readonly target: string;
  readonly message: string;
  readonly payload: unknown;
  readonly timeoutMs: number | undefined;
}

export interface CallAnswer {
  /** The process that answered. */
  readonly process: string;
  readonly reply: unknown;
  readonly tookMs: number;
}

/** Throws ApiError. */
export function readCallRequest(body: Readonly<Record<string, unknown>>): CallRequest {
  const { payload, timeoutMs } = body;
  const isTime = (value: unknown): value is number =>
    Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_TIMER_MS;
  if (timeoutMs !== undefined && !isTime(timeoutMs)) {
    throw invalid(`"timeoutMs" has to be a whole number of milliseconds from 1 to ${MAX_TIMER_MS}`);
  }
  return { target: textField(body, 'target'), message: textField(body, 'message'), payload, timeoutMs };
}

/** Rejects as the call does, and with ProcessNotFoundError where nobody is called so. */
export async function callProcess(cluster: Cluster, request: CallRequest): Promise<CallAnswer> {
  const { target, message, payload, timeoutMs } = request;
  const { node } = cluster;
  const ref = findProcess(cluster, target);
  node.logger.info(`"${message}" is called on ${target} through the management API`, {
    event: 'management_call',
    target,
    process: ref.toString(),
    message,
  });
  const begun = node.clock.now();
  const reply = await node.messenger.call(
    ref,
    message,
    payload,
    timeoutMs === undefined ? {} : { timeoutMs },
  );
  return {
    process: ref.toString(),
    reply: toJson(reply),
    tookMs: Math.round((node.clock.now() - begun) * 100) / 100,
  };
}

function findProcess({ node, names }: Cluster, target: string): ProcessRef {
  const found = ProcessRef.parse(target) ?? node.whereis(target) ?? names.whereis(target);
  if (found) return found;
  throw new ProcessNotFoundError(
    `"${target}" is neither the id of a process, nor a name on node "${node.id}", nor a global name`,
    { target },
  );
}
