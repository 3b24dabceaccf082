/** What health needs to know of a node. Its methods answer from memory: probes come often and have short deadlines. */
export interface HealthSource {
  getStatus(): 'starting' | 'running' | 'stopping' | 'stopped';
  getLocalNodeId(): string;
  /** Other nodes that are up. */
  getConnectedNodeCount(): number;
  /** Takes new work: running and not draining. Depends on peers only where the app asks for a quorum: no first node could ever start. */
  isReady(): boolean;
  /** For people, while `isReady()` is false. */
  notReadyReason(): string | undefined;
}
