import { Injectable, Module, type INestApplication, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { IsString } from 'class-validator';
import {
  HandleCall,
  HandleCast,
  HandleDown,
  HandleInfo,
  NoexBehavior,
  NoexModule,
  OnEnter,
  OnEventTimeout,
  OnStateTimeout,
  State,
  StateMachine,
  type ProcessDown,
  type ProcessRef,
  type StateMachineContext,
} from '@noex/nestjs';
import type { MemoryNetwork } from '@noex/transport-memory';

type DoorState = 'closed' | 'ajar' | 'open';
type DoorContext = StateMachineContext<DoorState>;

@Injectable()
class Codes {
  isRight(code: string): boolean {
    return code === '42';
  }
}

export class OpenDoor {
  @IsString() code!: string;
}

/** A door with a code, which needs a provider of its app to check it. */
@NoexBehavior('door')
@StateMachine({ initial: 'closed' })
export class Door {
  private readonly log: string[] = [];
  private openMs = Infinity;
  constructor(private readonly codes: Codes) {}

  init(args: { openMs?: number; ajar?: boolean }, ctx: DoorContext): void {
    this.openMs = args.openMs ?? Infinity;
    if (args.ajar) ctx.become('ajar');
  }

  @State('closed') @HandleCall() open(request: OpenDoor, ctx: DoorContext): string {
    if (!this.codes.isRight(request.code)) return 'wrong code';
    ctx.become('open', { timeoutMs: this.openMs });
    return 'opened';
  }

  @State('closed') @HandleCall('push') pushClosed(force: number, ctx: DoorContext): string {
    ctx.become('ajar', { eventTimeoutMs: 10 });
    if (force > 9) throw new RangeError('too hard');
    return 'it gives way';
  }

  @State('open', 'ajar') @HandleCall('push') pushOpen(): string {
    return 'it swings';
  }

  @State('closed') @HandleCall('pass') waitToPass(_who: string, ctx: DoorContext): void {
    ctx.postpone();
  }

  @State('open') @HandleCall() pass(who: string): string {
    this.log.push(`${who} passes`);
    return `welcome ${who}`;
  }

  @State('open') @HandleCast() slam(_: void, ctx: DoorContext): void {
    ctx.become('closed');
  }

  @State('closed') @HandleInfo('wind') wind(_: void, ctx: DoorContext): void {
    ctx.become('ajar');
  }

  @HandleCall() blow(_: void, ctx: DoorContext): void {
    ctx.sendAfter(0, 'wind');
  }

  @HandleCall() watch(other: ProcessRef, ctx: DoorContext): void {
    ctx.monitor(other);
  }

  @State('closed') @HandleDown() gone(down: ProcessDown, ctx: DoorContext): void {
    this.log.push(`down ${String(down.reason)}`);
    ctx.become('open');
  }

  @OnEnter('closed', 'open', 'ajar') entered(from: DoorState | undefined, ctx: DoorContext): void {
    this.log.push(`${from} -> ${ctx.state}`);
  }

  @OnStateTimeout('open') tooLong(state: DoorState, ctx: DoorContext): void {
    this.log.push(`${state} too long`);
    ctx.become('closed');
  }

  @OnEventTimeout() quiet(state: DoorState, ctx: DoorContext): void {
    ctx.stop({ shutdown: `${state} and quiet` });
  }

  @HandleCall() look(_: void, ctx: DoorContext): { state: DoorState; log: string[] } {
    return { state: ctx.state, log: this.log };
  }

  /** Answers when the door is in a state, without asking again and again. */
  @State('closed') @HandleCall('whenOpen') notYet(_: void, ctx: DoorContext): void {
    ctx.postpone();
  }
  @State('open') @HandleCall() whenOpen(): string {
    return 'open';
  }
  @State('open', 'ajar') @HandleCall('whenClosed') notClosed(_: void, ctx: DoorContext): void {
    ctx.postpone();
  }
  @State('closed') @HandleCall() whenClosed(): string {
    return 'closed';
  }
}

/** An app with these behaviors, whose node is on the network. */
export async function startApp(
  network: MemoryNetwork,
  nodeName: string,
  ...behaviors: Type[]
): Promise<INestApplication> {
  @Module({
    imports: [
      NoexModule.forRoot({
        nodeName,
        strictMessages: true,
        transport: () => network.transport(),
        shutdown: { drainMs: 500 },
      }),
    ],
    providers: [Codes, ...behaviors],
  })
  class AppModule {}
  const testing = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = testing.createNestApplication();
  app.useLogger(false);
  return app.init();
}
