/**
 * Nest microservices over the cluster, without a broker.
 *
 * @module @noex/nestjs/microservices
 */
export { NoMessageHandlerError } from './errors.js';
export type { NoexRpcEvents, NoexRpcStatus } from './node-events.js';
export { NoexClient, type NoexClientOptions } from './noex-client.js';
export {
  noexMicroservice,
  NoexClientsModule,
  type NoexClientRegistration,
  type NoexMicroserviceOptions,
  type NoexMicroserviceSettings,
} from './noex-microservice.js';
export { NoexRpcContext } from './noex-rpc.context.js';
export { NOEX_TRANSPORT, NoexServer, type NoexServerOptions } from './noex-server.js';
