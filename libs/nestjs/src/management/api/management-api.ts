import { Inject, Injectable } from '@nestjs/common';
import { Cluster } from '@noex/cluster';
import type { IncomingMessage } from 'node:http';
import { NodeHealth } from '../../health/node-health.js';
import type { MetricsSource } from '../../metrics/metrics-source.js';
import type { ResolvedNoexOptions } from '../../options/resolved-options.js';
import { Shutdown } from '../../shutdown/shutdown.js';
import { NOEX_METRICS_SOURCE, NOEX_OPTIONS } from '../../tokens.js';
import type { ManagementAnswer, ManagementHandler, ManagementServer } from '../management-server.js';
import { failureAnswer } from './api-error.js';
import { RefusalLog, refusalOf } from './api-guard.js';
import { callProcess, readCallRequest } from './call-process.js';
import { NodeDrain } from './node-drain.js';
import { nodeLoad } from './node-load.js';
import { nodeStatus } from './node-status.js';
import { describeProcess, pickProcesses, readProcessQuery, type ProcessesAnswer } from './process-list.js';
import { invalid, queryOf, readObject, textField } from './read-request.js';

export const API_PREFIX = 'noex/v1';

/**
 * START HERE. What operators can ask of a node and have it do, over HTTP on the management port: docs/operations/cli.md. It is there only
 * where a token is set.
 */
@Injectable()
export class ManagementApi {
  private readonly refusals: RefusalLog;
  private readonly drain: NodeDrain | undefined;
  private runningSince: number | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly health: NodeHealth,
    shutdown: Shutdown,
    @Inject(NOEX_METRICS_SOURCE) private readonly source: MetricsSource,
    @Inject(NOEX_OPTIONS) private readonly options: ResolvedNoexOptions,
  ) {
    const { clock, logger } = cluster.node;
    this.refusals = new RefusalLog(clock, logger);
    if (!this.access) return;
    this.drain = new NodeDrain(cluster, shutdown);
    cluster.statusChange.add((status) => {
      if (status === 'running') this.runningSince = clock.now();
    });
  }

  /** Adds its routes, if there are any. */
  routeTo(server: ManagementServer): void {
    const { drain } = this;
    if (!drain) return;
    const { cluster, source } = this;
    const maxBytes = this.options.maxMessageBytes;
    const route = (method: string, path: string, handler: ManagementHandler) =>
      server.route(method, `${API_PREFIX}/${path}`, (request) => this.answer(request, handler));
    route('GET', 'status', () => ok(nodeStatus(cluster, this.health, source, this.uptimeMs)));
    route('GET', 'processes', (request) => ok(this.processes(queryOf(request))));
    route('GET', 'top', () => ok(nodeLoad(cluster, source)));
    route('POST', 'call', async (request) =>
      ok(await callProcess(cluster, readCallRequest(await readObject(request, maxBytes)))),
    );
    route('POST', 'drain', async (request) => {
      const body = await readObject(request, maxBytes);
      const { wait = false } = body;
      if (typeof wait !== 'boolean') throw invalid('"wait" has to be true or false');
      const answer = await drain.drain(textField(body, 'node'), wait);
      return { status: answer.state === 'left' ? 200 : 202, body: answer };
    });
  }

  private get access() {
    const { management } = this.options;
    return management ? management.api : undefined;
  }

  private get uptimeMs(): number {
    const { runningSince } = this;
    return runningSince === undefined ? 0 : Math.round(this.cluster.node.clock.now() - runningSince);
  }

  private async answer(request: IncomingMessage, handler: ManagementHandler): Promise<ManagementAnswer> {
    const { remoteAddress } = request.socket;
    const { authorization } = request.headers;
    const refusal = refusalOf({ remoteAddress, authorization }, this.access!);
    if (refusal) {
      this.refusals.add(refusal, remoteAddress);
      return failureAnswer(refusal)!;
    }
    try {
      return await handler(request);
    } catch (error) {
      const answer = failureAnswer(error);
      if (!answer) throw error;
      return answer;
    }
  }

  private processes(query: URLSearchParams): ProcessesAnswer {
    const { node, names } = this.cluster;
    const { total, processes } = pickProcesses(node.observer.list(), readProcessQuery(query));
    const globalNames = new Map<string, string[]>();
    for (const name of names.names()) {
      const process = names.whereis(name)?.toString();
      if (process !== undefined) globalNames.set(process, [...(globalNames.get(process) ?? []), name]);
    }
    return { node: node.id, total, processes: processes.map((info) => describeProcess(info, globalNames)) };
  }
}

const ok = (body: unknown): ManagementAnswer => ({ status: 200, body });
