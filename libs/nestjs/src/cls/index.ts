export { clsPropagator } from './cls-propagator.js';
