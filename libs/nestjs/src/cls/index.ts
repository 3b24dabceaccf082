/**
 * Values of nestjs-cls that travel with messages.
 *
 * @module @noex/nestjs/cls
 */
export { clsPropagator } from './cls-propagator.js';
