/** Injects the node's resolved options (`ResolvedNoexOptions`). */
export const NOEX_OPTIONS = Symbol('NOEX_OPTIONS');

/** Injects what health is read from (`HealthSource`). */
export const NOEX_HEALTH_SOURCE = Symbol('NOEX_HEALTH_SOURCE');

/** Injects what metrics are read from (`MetricsSource`). */
export const NOEX_METRICS_SOURCE = Symbol('NOEX_METRICS_SOURCE');

/** Injects the node's canary; `undefined` where it is switched off. */
export const NOEX_CANARY = Symbol('NOEX_CANARY');
