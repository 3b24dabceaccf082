import type { ModuleMetadata, Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { TestingModuleBuilder, type TestingModule } from '@nestjs/testing';
import type { Clock } from '@noex/contracts';
import { Cluster } from '@noex/cluster';
import {
  createCluster,
  NOEX_OPTIONS,
  NoexModule,
  type NoexModuleOptions,
  type ResolvedNoexOptions,
} from '@noex/nestjs';
import { MemoryNetwork } from '@noex/transport-memory';
import { recordingLogger, type LogLine } from '../log-recorder.js';
import { fakeOf, fakeOfValue, type BehaviorFake } from './behavior-fake.js';
import { quietLogger } from './quiet-logger.js';

/** What an app consists of, as `@Module()` takes it; without `NoexModule`, which the kit adds. */
export type AppMetadata = Pick<ModuleMetadata, 'imports' | 'providers' | 'controllers'>;

/** The node's name and transport are the kit's. */
export type TestNoexOptions = Omit<NoexModuleOptions, 'nodeName' | 'transport'>;

/** Time that a node of a test may take to leave, in milliseconds: a handler that hangs holds no test up. */
const DRAIN_MS = 1_000;

/** What the kit decides for a node. */
export interface NodeParts {
  readonly nodeName: string;
  readonly network: MemoryNetwork;
  readonly clock?: Clock | undefined;
  readonly incarnation?: number | undefined;
  /** Gets every line of the node and, since the apps of an OS process share it, of Nest's logger. Default: the builder's log does. */
  readonly write?: (line: LogLine) => void;
}

export interface NoexTestingModuleMetadata extends AppMetadata {
  readonly options?: TestNoexOptions;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** Nest's testing module with a node of noex in it, alone in a network of its own. */
export const NoexTestingModule = {
  /**
   * `await create({ imports, providers }).compile()`, then `init()`: the app as `Test.createTestingModule` makes it. Messages are
   * encoded as between nodes (`strictMessages`), and nothing is logged to the console: see `log` of the builder.
   */
  create({ options, clock, ...metadata }: NoexTestingModuleMetadata): NoexTestingModuleBuilder {
    const network = new MemoryNetwork();
    return new NoexTestingModuleBuilder(metadata, options, { nodeName: 'test', network, clock });
  },
};

/** Nest's builder, and `overrideBehavior`. Nest's own `override…()` return Nest's type: put behaviors first in a chain. */
export class NoexTestingModuleBuilder extends TestingModuleBuilder {
  /** What the node wrote; alone in its OS process, also what the app's own logger did. */
  readonly log: readonly LogLine[];
  private readonly fakes: { readonly original: Type; readonly fake: Type }[] = [];

  constructor(
    { imports = [], providers = [], controllers = [] }: AppMetadata,
    options: TestNoexOptions | undefined,
    { nodeName, network, clock, incarnation, write }: NodeParts,
  ) {
    const noex = NoexModule.forRoot({
      strictMessages: true,
      ...options,
      shutdown: { drainMs: DRAIN_MS, noticeMs: 0, ...options?.shutdown },
      nodeName,
      transport: (_, logger) => network.transport({ logger }),
    });
    super(new MetadataScanner(), { imports: [noex, ...imports], providers, controllers });
    const log: LogLine[] = [];
    this.log = log;
    const logger = recordingLogger(nodeName, (line) => {
      log.push(line);
      write?.(line);
    });
    this.setLogger(quietLogger(write ?? ((line) => log.push(line))));
    this.overrideProvider(Cluster).useFactory({
      inject: [NOEX_OPTIONS],
      factory: (resolved: ResolvedNoexOptions) => createCluster(resolved, logger, { clock, incarnation }),
    });
  }

  /**
   * Puts a fake in the place of a behavior of the app, for whoever starts or calls it, on this node or another. It has the original's
   * name, options and checks of payloads; see `useClass` and `useValue`. `compile()` rejects when the app has no such behavior.
   *
   * @throws TypeError when the class is no behavior.
   */
  overrideBehavior<B extends object>(original: Type<B>): OverrideBehaviorBy<B> {
    const put = (fake: Type) => {
      this.fakes.push({ original, fake });
      this.overrideProvider(original).useClass(fake);
      return this;
    };
    return {
      useClass: (fake) => put(fakeOf(original, fake)),
      useValue: (fake) => put(fakeOfValue(original, fake)),
    };
  }

  override async compile(...options: Parameters<TestingModuleBuilder['compile']>): Promise<TestingModule> {
    const module = await super.compile(...options);
    const providers = module.get(DiscoveryService, { strict: false }).getProviders();
    for (const { original, fake } of this.fakes) {
      const isReplaced = this.fakes.some((later) => later.original === original && later.fake !== fake);
      if (isReplaced || providers.some(({ metatype }) => metatype === fake)) continue;
      throw new Error(
        `overrideBehavior(${original.name}): the app has no such behavior; add it to the providers of a module`,
      );
    }
    return module;
  }
}

/** What takes the place of a behavior. */
export interface OverrideBehaviorBy<B> {
  /**
   * The fake's class is injected as a behavior is, one instance a process. Its methods need no decorators where they are named like
   * the original's handlers.
   */
  useClass(fake: Type): NoexTestingModuleBuilder;
  /** Functions in the place of handlers, `init` or `terminate`; all processes share them. Throws TypeError for any other key. */
  useValue(fake: BehaviorFake<B>): NoexTestingModuleBuilder;
}
