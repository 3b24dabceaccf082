import type { InjectionToken } from '@nestjs/common';

/**
 * What a provider of one node of the app is injected by: `token` itself for the node without a name. For `app.get()` and for overriding
 * it in tests; `@InjectNoex` injects by it.
 */
export function getNoexToken<T extends InjectionToken>(token: T, node?: string): T | string {
  return node === undefined ? token : `${nameOf(token)} of the noex node "${node}"`;
}

function nameOf(token: InjectionToken): string {
  if (typeof token === 'symbol') return token.description ?? 'provider';
  return typeof token === 'string' ? token : token.name;
}
