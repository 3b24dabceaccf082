// One node of a Nest app: behavior classes with injected services, started and called through the public services.
import { Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  HandleCall,
  NoexBehavior,
  NoexModule,
  RemoteCallService,
  RemoteSpawnService,
  SupervisionService,
  type ProcessContext,
  type ProcessRef,
} from '@noex/nestjs';
import { heapPer } from '../harness/heap.js';
import type { Cell, Sample } from '../harness/result.js';
import { Starts } from '../harness/restart-loop.js';
import { VisitorBehavior, VisitorBook } from './nest-behaviors.js';

export interface LocalNestOptions {
  readonly does: 'restart' | 'process-heap' | 'call-heap';
}

@NoexBehavior('phoenix')
class PhoenixBehavior {
  constructor(@Inject(Starts) private readonly starts: Starts) {}

  init(place: number, context: ProcessContext): void {
    this.starts.started(place, context.self);
  }
}

@Injectable()
@NoexBehavior('silent')
class SilentBehavior {
  @HandleCall() never(_payload: void, context: ProcessContext): void {
    context.deferReply();
  }
}

const starts = new Starts();

@Module({
  imports: [
    NoexModule.forRoot({
      nodeName: 'alone',
      host: '127.0.0.1',
      port: 0,
      callTimeoutMs: 600_000,
      mailboxLimit: 4_000_000,
      supervise: [
        {
          strategy: 'dynamic',
          maxRestarts: Number.MAX_SAFE_INTEGER,
          name: 'phoenixes',
          template: { behavior: PhoenixBehavior },
        },
      ],
    }),
  ],
  providers: [
    PhoenixBehavior,
    SilentBehavior,
    VisitorBehavior,
    VisitorBook,
    { provide: Starts, useValue: starts },
  ],
})
class AppModule {}

let does: LocalNestOptions['does'];
let calls: RemoteCallService;
let spawner: RemoteSpawnService;
let supervision: SupervisionService;
let silent: ProcessRef<SilentBehavior>;
const crowd: ProcessRef[] = [];
let phoenixes = 0;

export async function open(options: LocalNestOptions): Promise<void> {
  ({ does } = options);
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'] });
  calls = app.get(RemoteCallService);
  spawner = app.get(RemoteSpawnService);
  supervision = app.get(SupervisionService);
  silent = await spawner.spawn(SilentBehavior, { on: 'local' });
}

export async function measure({ inFlight = 1, count = 0 }: Cell, ms: number): Promise<Sample> {
  switch (does) {
    case 'restart': {
      const supervisor = supervision.get('phoenixes')!;
      while (phoenixes < inFlight) await supervisor.startChild({ args: phoenixes++ });
      return starts.loop((process) => spawner.stop(process, 'kill'), ms);
    }
    case 'process-heap':
      return {
        value: await heapPer(count, async () =>
          crowd.push(await spawner.spawn(VisitorBehavior, { on: 'local' })),
        ),
      };
    case 'call-heap': {
      const pending: Promise<unknown>[] = [];
      return { value: await heapPer(count, () => pending.push(calls.call(silent, 'never'))) };
    }
  }
}
