import { Inject, type InjectionToken } from '@nestjs/common';
import { getNoexToken } from './node-token.js';

/**
 * Injects a service of one of several nodes of the app: `@InjectNoex(RemoteCallService, 'eu') private readonly remote: RemoteCallService`.
 * Without `node`: of the node without a name, as plain injection does.
 */
export function InjectNoex(service: InjectionToken, node?: string): ParameterDecorator & PropertyDecorator {
  return Inject(getNoexToken(service, node));
}
