import type {
  FactoryProvider,
  InjectionToken,
  OptionalFactoryDependency,
  Provider,
  Type,
} from '@nestjs/common';
import {
  OPTIONAL_DEPS_METADATA,
  PARAMTYPES_METADATA,
  SELF_DECLARED_DEPS_METADATA,
} from '@nestjs/common/internal';
import { getNoexToken } from './node-token.js';

type Dependency = InjectionToken | OptionalFactoryDependency;

/**
 * The providers of a named node under tokens of that node, with each other injected: in one app a token must mean one provider, or
 * `app.get()` gives that of whatever node. `others`: tokens of the node that are provided elsewhere. Without a node they
 * stay as they are. For classes that inject by their constructor.
 */
export function scopedProviders(
  providers: readonly Provider[],
  node: string | undefined,
  others: readonly InjectionToken[] = [],
): Provider[] {
  if (node === undefined) return [...providers];
  const own = new Set<InjectionToken>([...providers.map(tokenOf), ...others]);
  const token = (of: InjectionToken) => (own.has(of) ? getNoexToken(of, node) : of);
  const dependency = (of: Dependency): Dependency => {
    const { token: name, optional } = asDependency(of);
    return { token: token(name), optional };
  };
  return providers.map((provider): Provider => {
    const provide = getNoexToken(tokenOf(provider), node);
    if (typeof provider === 'function') return { provide, ...construction(provider, dependency) };
    if ('useClass' in provider) return { provide, ...construction(provider.useClass, dependency) };
    if ('useExisting' in provider) return { provide, useExisting: token(provider.useExisting) };
    if ('useFactory' in provider) {
      return { ...provider, provide, inject: (provider.inject ?? []).map(dependency) };
    }
    return { ...provider, provide };
  });
}

function tokenOf(provider: Provider): InjectionToken {
  return typeof provider === 'function' ? provider : provider.provide;
}

function asDependency(of: Dependency): OptionalFactoryDependency {
  return typeof of === 'object' && 'token' in of ? of : { token: of, optional: false };
}

/** What Nest does for a class provider, with other tokens. */
function construction(
  type: Type,
  dependency: (of: Dependency) => Dependency,
): Pick<FactoryProvider, 'inject' | 'useFactory'> {
  const read = <T>(key: string) => (Reflect.getMetadata(key, type) as T[] | undefined) ?? [];
  const tokens = [...read<InjectionToken>(PARAMTYPES_METADATA)];
  for (const { index, param } of read<{ index: number; param: InjectionToken }>(
    SELF_DECLARED_DEPS_METADATA,
  )) {
    tokens[index] = param;
  }
  const optional = new Set(read<number>(OPTIONAL_DEPS_METADATA));
  return {
    inject: tokens.map((token, index) => dependency({ token, optional: optional.has(index) })),
    useFactory: (...injected: unknown[]) => new type(...injected) as unknown,
  };
}
