/**
 * Every metric of a node. Dashboards and alerts know these names: renaming one breaks them. All are labelled by what
 * Prometheus adds (`instance`, `pod`) and by no node name of ours.
 */
export const METRICS = {
  clusterStatus: { name: 'noex_cluster_status', help: 'Cluster status (1=running, 0=other)' },
  connectedNodes: { name: 'noex_connected_nodes', help: 'Number of connected nodes' },
  remoteCalls: { name: 'noex_remote_calls_total', help: 'Total remote calls' },
  remoteCallsPending: { name: 'noex_remote_calls_pending', help: 'Pending remote calls' },
  remoteSpawns: { name: 'noex_remote_spawns_total', help: 'Total remote spawns' },
  remoteMonitorsActive: { name: 'noex_remote_monitors_active', help: 'Active remote monitors' },
  processes: { name: 'noex_processes', help: 'Processes that live on this node' },
  processesStarted: { name: 'noex_processes_started_total', help: 'Processes started on this node' },
  dropped: { name: 'noex_dropped_total', help: 'Messages lost, by reason' },
  ready: { name: 'noex_ready', help: 'Readiness (1=up, 0.5=degraded, 0=down)' },
  loopLag: { name: 'noex_event_loop_lag_seconds', help: 'Longest delay of the event loop of late' },
  canaries: { name: 'noex_canary_passed_total', help: 'Canaries that came back' },
  canaryFailures: { name: 'noex_canary_failed_total', help: 'Canaries that did not come back' },
  canariesExcused: {
    name: 'noex_canary_excused_total',
    help: 'Canaries to a node that was leaving or takes none',
  },
  canaryDuration: { name: 'noex_canary_duration_seconds', help: 'Duration of the last canary that passed' },
  nodesDown: { name: 'noex_nodes_down_total', help: 'Nodes that went down, by reason' },
} as const;
