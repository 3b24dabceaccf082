import { NodeNotRunningError, NoexError, ProcessNotFoundError, type ProcessRef } from '@noex/contracts';
import type { Cluster } from '@noex/cluster';
import { requireTimeLimit, type CallOptions } from '@noex/runtime';
import { NameNews } from './name-news.js';
import type { ProcessName } from './named-process.js';

/**
 * Refusals for which the process or its node is the reason, so that whoever has the name next need not share them. Others with the
 * outcome `not-run`, such as `overloaded` or `invalid_message`, would only be repeated.
 */
const GONE: ReadonlySet<string> = new Set(['noproc', 'node_unreachable', 'draining']);

/**
 * START HERE for calls by name. Asks at each call who has the name, which costs a look into this node's memory: nodes tell each other
 * of names, and forget those of a process or node that is gone. A call that was refused before it ran goes to whoever has the
 * name next, within its own timeout; one that may have run is never sent again.
 */
export class NamedCaller {
  private readonly news: NameNews;

  constructor(
    private readonly cluster: Cluster,
    private readonly subject: ProcessName,
  ) {
    this.news = new NameNews(cluster, subject);
  }

  async call(method: string, payload: unknown, options: CallOptions | undefined): Promise<unknown> {
    const { node } = this.cluster;
    const timeoutMs = options?.timeoutMs ?? node.callTimeoutMs;
    requireTimeLimit(timeoutMs, 'call');
    const deadline = node.clock.now() + timeoutMs;
    let refused: { readonly by: ProcessRef; readonly error: NoexError } | undefined;
    let attempt = options;
    for (;;) {
      const ref = this.find();
      if (ref && !(refused && ref.equals(refused.by))) {
        try {
          return await node.messenger.call(ref, method, payload, attempt);
        } catch (error) {
          if (!isGone(error)) throw error;
          refused = { by: ref, error };
        }
      } else {
        this.requireRunning(method);
        const hasNews = await this.news.next(Math.max(0, deadline - node.clock.now()), options?.signal);
        // The same one may be within reach again.
        if (hasNews) refused = undefined;
      }
      const leftMs = deadline - node.clock.now();
      if (leftMs <= 0) throw refused?.error ?? this.absent(method, timeoutMs);
      attempt = { ...options, timeoutMs: leftMs };
    }
  }

  private find(): ProcessRef | undefined {
    const { name, scope } = this.subject;
    return scope === 'global' ? this.cluster.names.whereis(name) : this.cluster.node.whereis(name);
  }

  private requireRunning(method: string): void {
    const { status, self } = this.cluster;
    if (status !== 'stopped') return;
    throw new NodeNotRunningError(
      `node "${self.id}" has stopped: it cannot send "${method}" to the process named "${this.subject.name}"`,
      { node: self.id, name: this.subject.name, method },
    );
  }

  private absent(method: string, timeoutMs: number): ProcessNotFoundError {
    const { name, scope } = this.subject;
    const { self, members } = this.cluster;
    const others = [...members.values()].map(({ identity }) => identity.id);
    const where =
      scope === 'local'
        ? `node "${self.id}", where alone a local name is looked for`
        : `the cluster as node "${self.id}" sees it (${others.length > 0 ? `with ${others.join(', ')}` : 'without any other node'})`;
    return new ProcessNotFoundError(
      `nobody had the ${scope} name "${name}" in ${where}: "${method}" waited ${timeoutMs} ms and was not sent`,
      { name, scope, method, node: self.id, nodes: scope === 'local' ? [] : others, timeoutMs },
    );
  }
}

function isGone(error: unknown): error is NoexError {
  return error instanceof NoexError && error.outcome === 'not-run' && GONE.has(error.code);
}
