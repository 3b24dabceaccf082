import type { Readiness } from './readiness.js';

/** Health of nodes of one app, by what pages call them. */
export type NodesHealth = () => ReadonlyMap<string, HealthSource>;

/** What health needs to know of a node. Its methods answer from memory: probes come often and have short deadlines. */
export interface HealthSource {
  getStatus(): 'starting' | 'running' | 'stopping' | 'stopped';
  getLocalNodeId(): string;
  /** Other nodes that are up. */
  getConnectedNodeCount(): number;
  /** Whether it takes new work. Depends on peers only where the app asks for a quorum: no first node could ever start. */
  getReadiness(): Readiness;
  /** What the start still waits for, for people; undefined from the first time that it waits for nothing. */
  startupPending(): string | undefined;
  /** How late the event loop ran of late, in milliseconds. */
  getLoopLagMs(): number;
  /** Why the last canary to a node failed, by node. */
  getFailingCanaries(): ReadonlyMap<string, string>;
}
