/** Injects the node's resolved options (`ResolvedNoexOptions`). */
export const NOEX_OPTIONS = Symbol('NOEX_OPTIONS');

/** Injects what health is read from (`HealthSource`). */
export const NOEX_HEALTH_SOURCE = Symbol('NOEX_HEALTH_SOURCE');

/** Injects what metrics are read from (`MetricsSource`). */
export const NOEX_METRICS_SOURCE = Symbol('NOEX_METRICS_SOURCE');

/** Injects the node's canary; `undefined` where it is switched off. */
export const NOEX_CANARY = Symbol('NOEX_CANARY');

/** Injects what the node is called in its app (`AppNodeName`). */
export const APP_NODE_NAME = Symbol('APP_NODE_NAME');

/** Injects how to read the health of all nodes that the pages of this one speak for, by their keys there (`NodesHealth`). */
export const NOEX_NODES_HEALTH = Symbol('NOEX_NODES_HEALTH');

/** Injects how to get the registries of all nodes that the page of this one shows (`NodesRegistries`). */
export const NOEX_NODES_REGISTRIES = Symbol('NOEX_NODES_REGISTRIES');

/** Injects the `Registry` of this node, for metrics of one's own that shall not be shared between apps of one process. */
export const NOEX_METRICS_REGISTRY = Symbol('NOEX_METRICS_REGISTRY');
