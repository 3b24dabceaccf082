import {
  Injectable,
  type CanActivate,
  type NestInterceptor,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import {
  EXCEPTION_FILTERS_METADATA,
  GUARDS_METADATA,
  INTERCEPTORS_METADATA,
  PIPES_METADATA,
} from '@nestjs/common/internal';
import { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import {
  GuardsContextCreator,
  InterceptorsContextCreator,
  PipesContextCreator,
  type Module,
} from '@nestjs/core/internal';
import { ExternalExceptionFilterContext } from '@nestjs/core/exceptions/external-exception-filter-context.js';
import { InvalidOptionsError } from '@noex/contracts';

/** Hands a caught error to the filter that is bound for it; throws it on where there is none. */
export type CatchError = ReturnType<ExternalExceptionFilterContext['create']>;

/** What Nest has bound to one handler: by the app, its class and its method, in this order. */
export interface BoundEnhancers {
  readonly guards: readonly CanActivate[];
  readonly interceptors: readonly NestInterceptor[];
  readonly pipes: readonly PipeTransform[];
  readonly filters: CatchError;
  readonly hasFilters: boolean;
  /** Instances of the pipes given to one parameter. */
  parameterPipes(pipes: readonly (PipeTransform | Type<PipeTransform>)[]): readonly PipeTransform[];
}

const METADATA = {
  guard: GUARDS_METADATA,
  interceptor: INTERCEPTORS_METADATA,
  pipe: PIPES_METADATA,
  filter: EXCEPTION_FILTERS_METADATA,
} as const;

type Kind = keyof typeof METADATA;

/** Finds what is bound to handlers, once for each when the app starts. */
@Injectable()
export class EnhancerFinder {
  private readonly guards: GuardsContextCreator;
  private readonly interceptors: InterceptorsContextCreator;
  private readonly pipes: PipesContextCreator;
  private readonly filters: ExternalExceptionFilterContext;

  constructor(
    modules: ModulesContainer,
    private readonly config: ApplicationConfig,
  ) {
    // All that these ask of Nest's container.
    const container = { getModules: () => modules } as never;
    this.guards = new GuardsContextCreator(container, config);
    this.interceptors = new InterceptorsContextCreator(container, config);
    this.pipes = new PipesContextCreator(container, config);
    this.filters = new ExternalExceptionFilterContext(container, config);
  }

  /** @throws InvalidOptionsError for an enhancer that is not a singleton: a message is no request, a process no provider. */
  find(type: Type, method: string, module: Module): BoundEnhancers {
    const host = type.prototype as object;
    const callback = (type.prototype as Record<string, () => unknown>)[method]!;
    this.refuseScoped(type, callback, module);
    const { token } = module;
    return {
      guards: this.guards.create(host, callback, token),
      interceptors: this.interceptors.create(host, callback, token),
      pipes: this.pipes.create(host, callback, token),
      filters: this.filters.create(host, callback as () => never, token),
      hasFilters:
        this.bound('filter', type, callback).length > 0 || this.config.getGlobalFilters().length > 0,
      parameterPipes: (pipes) => {
        this.pipes.setModuleContext(token);
        return this.pipes.createConcreteContext([...pipes] as never);
      },
    };
  }

  private bound(kind: Kind, type: Type, callback: () => unknown): unknown[] {
    const on = (target: object) =>
      (Reflect.getMetadata(METADATA[kind], target) as unknown[] | undefined) ?? [];
    return [...on(type), ...on(callback)];
  }

  private refuseScoped(type: Type, callback: () => unknown, module: Module): void {
    const { config } = this;
    const globals = {
      guard: config.getGlobalRequestGuards(),
      interceptor: config.getGlobalRequestInterceptors(),
      pipe: config.getGlobalRequestPipes(),
      filter: config.getGlobalRequestFilters(),
    };
    for (const kind of Object.keys(METADATA) as Kind[]) {
      const here = this.bound(kind, type, callback).map((enhancer) =>
        module.injectables.get(enhancer as Type),
      );
      for (const wrapper of [...globals[kind], ...here]) {
        if (!wrapper || (wrapper.isDependencyTreeStatic() && !wrapper.isTransient)) continue;
        throw new InvalidOptionsError(
          `${kind} ${String(wrapper.name)} is bound to behavior ${type.name} and is ${wrapper.isTransient ? 'transient' : 'request-scoped'}; ` +
            `a message has no request and makes no providers: give it the default scope`,
        );
      }
    }
  }
}
