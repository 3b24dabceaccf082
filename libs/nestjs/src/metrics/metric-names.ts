/** What a metric is, and the labels its samples have. */
export interface Metric {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels?: readonly string[];
}

/**
 * Every metric of a node. Dashboards and alerts know these names: renaming one breaks them. All are labelled by what
 * Prometheus adds (`instance`, `pod`) and by no node name of ours; `peer` names the other side of a connection.
 */
export const METRICS = {
  clusterStatus: {
    name: 'noex_cluster_status',
    type: 'gauge',
    help: 'Cluster status (1=running, 0=other)',
  },
  connectedNodes: {
    name: 'noex_connected_nodes',
    type: 'gauge',
    help: 'Number of connected nodes',
  },
  remoteCalls: {
    name: 'noex_remote_calls_total',
    type: 'counter',
    help: 'Total remote calls',
  },
  remoteCallsPending: {
    name: 'noex_remote_calls_pending',
    type: 'gauge',
    help: 'Pending remote calls',
  },
  remoteSpawns: {
    name: 'noex_remote_spawns_total',
    type: 'counter',
    help: 'Total remote spawns',
  },
  remoteMonitorsActive: {
    name: 'noex_remote_monitors_active',
    type: 'gauge',
    help: 'Active remote monitors',
  },

  calls: {
    name: 'noex_calls_total',
    type: 'counter',
    help: 'Calls made here that have ended: ok, aborted, or the code of the error; target is where the process lives',
    labels: ['target', 'outcome'],
  },
  callDuration: {
    name: 'noex_call_duration_seconds',
    type: 'histogram',
    help: 'Time from the arrival of a call until a process here has answered it, mailbox included; every call of a peer (caller=remote), and one in 64 of those made here (caller=local)',
    labels: ['behavior', 'caller'],
  },
  callsServed: {
    name: 'noex_calls_served_total',
    type: 'counter',
    help: 'Calls of peers that were answered, or that could not be carried out (failed)',
    labels: ['outcome'],
  },
  callsServing: {
    name: 'noex_calls_serving',
    type: 'gauge',
    help: 'Calls of peers that are not answered yet',
  },
  casts: {
    name: 'noex_casts_total',
    type: 'counter',
    help: 'Casts sent from here, those that were refused included; target is where the process lives',
    labels: ['target'],
  },
  dropped: {
    name: 'noex_dropped_total',
    type: 'counter',
    help: 'Messages lost, by reason',
    labels: ['reason'],
  },

  processes: {
    name: 'noex_processes',
    type: 'gauge',
    help: 'Processes that live on this node',
  },
  processesByBehavior: {
    name: 'noex_behavior_processes',
    type: 'gauge',
    help: 'Processes that live on this node, by behavior',
    labels: ['behavior'],
  },
  processesStarted: {
    name: 'noex_processes_started_total',
    type: 'counter',
    help: 'Processes started on this node',
  },
  spawnFailures: {
    name: 'noex_spawn_failures_total',
    type: 'counter',
    help: 'Processes that did not start on this node, by the code of the error',
    labels: ['reason'],
  },
  exits: {
    name: 'noex_exits_total',
    type: 'counter',
    help: 'Processes that ended, by exit reason, those whose start failed included; error: a handler threw, other: a reason of its own',
    labels: ['reason'],
  },
  restarts: {
    name: 'noex_restarts_total',
    type: 'counter',
    help: 'Restarts of children by their supervisors; those restarted along with them count not',
  },
  restartsGivenUp: {
    name: 'noex_restarts_given_up_total',
    type: 'counter',
    help: 'Supervisors that ended because their children ended too often',
  },
  queued: {
    name: 'noex_mailbox_messages',
    type: 'gauge',
    help: 'Messages that wait in all mailboxes',
  },
  deepest: {
    name: 'noex_mailbox_messages_max',
    type: 'gauge',
    help: 'Messages that wait in the fullest mailbox',
  },
  monitors: {
    name: 'noex_monitors',
    type: 'gauge',
    help: 'Monitors on processes of this node, peers among those who watch',
  },
  links: {
    name: 'noex_links',
    type: 'gauge',
    help: 'Links of processes of this node, by where the other one lives',
    labels: ['target'],
  },

  peers: {
    name: 'noex_peers',
    type: 'gauge',
    help: 'Connected nodes by state: joining until they have said what they can do, then up, draining once they leave',
    labels: ['state'],
  },
  nodesUp: {
    name: 'noex_nodes_up_total',
    type: 'counter',
    help: 'Times that a node came up',
  },
  nodesDown: {
    name: 'noex_nodes_down_total',
    type: 'counter',
    help: 'Nodes that went down, by reason',
    labels: ['reason'],
  },
  reconnects: {
    name: 'noex_reconnects_total',
    type: 'counter',
    help: 'Nodes that came up again in the same life after their connection was lost',
  },
  refusals: {
    name: 'noex_handshakes_refused_total',
    type: 'counter',
    help: 'Connections that did not come about, in either direction, by reason',
    labels: ['reason'],
  },
  peerPhi: {
    name: 'noex_peer_phi',
    type: 'gauge',
    help: 'Suspicion of a connected node by its silence; at the threshold it is down',
    labels: ['peer'],
  },
  peerRoundTrip: {
    name: 'noex_peer_heartbeat_round_trip_seconds',
    type: 'gauge',
    help: 'Round trip of the last heartbeat, what waits to be sent included',
    labels: ['peer'],
  },
  peerCallDuration: {
    name: 'noex_peer_call_duration_seconds',
    type: 'histogram',
    help: 'Time from a call until the answer of the peer; calls without one are in noex_calls_total',
    labels: ['peer'],
  },
  peerCallsPending: {
    name: 'noex_peer_calls_pending',
    type: 'gauge',
    help: 'Calls that wait for the answer of the peer',
    labels: ['peer'],
  },
  peerBytesSent: {
    name: 'noex_peer_sent_bytes_total',
    type: 'counter',
    help: 'Bytes handed to the network for the peer since it connected, before encryption',
    labels: ['peer'],
  },
  peerBytesReceived: {
    name: 'noex_peer_received_bytes_total',
    type: 'counter',
    help: 'Bytes that came from the peer since it connected, after decryption',
    labels: ['peer'],
  },
  peerFramesSent: {
    name: 'noex_peer_sent_frames_total',
    type: 'counter',
    help: 'Frames handed to the network for the peer since it connected; a frame holds the messages of a tick',
    labels: ['peer'],
  },
  peerFramesReceived: {
    name: 'noex_peer_received_frames_total',
    type: 'counter',
    help: 'Frames that came from the peer since it connected',
    labels: ['peer'],
  },
  peerQueued: {
    name: 'noex_peer_send_queue_bytes',
    type: 'gauge',
    help: 'Bytes that wait for the network to the peer',
    labels: ['peer'],
  },

  ready: {
    name: 'noex_ready',
    type: 'gauge',
    help: 'Readiness (1=up, 0.5=degraded, 0=down)',
  },
  loopLag: {
    name: 'noex_event_loop_lag_seconds',
    type: 'gauge',
    help: 'Longest delay of the event loop of late',
  },
  canaries: {
    name: 'noex_canary_passed_total',
    type: 'counter',
    help: 'Canaries that came back',
  },
  canaryFailures: {
    name: 'noex_canary_failed_total',
    type: 'counter',
    help: 'Canaries that did not come back',
  },
  canariesExcused: {
    name: 'noex_canary_excused_total',
    type: 'counter',
    help: 'Canaries to a node that was leaving or takes none',
  },
  canaryDuration: {
    name: 'noex_canary_duration_seconds',
    type: 'gauge',
    help: 'Duration of the last canary that passed',
  },
  drain: {
    name: 'noex_drain_ledger',
    type: 'gauge',
    help: 'What became of the work under way since the node began to leave; absent before',
    labels: ['entry'],
  },
} as const satisfies Record<string, Metric>;
