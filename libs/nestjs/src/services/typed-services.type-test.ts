/* Compiled, never run: each `@ts-expect-error` is a mistake that the types must catch. */
import { Injectable } from '@nestjs/common';
import { defineContract, type ProcessRef } from '@noex/contracts';
import { defineBehavior } from '@noex/runtime';
import { HandleCall, HandleCast } from '../behavior/handler.decorators.js';
import { NoexBehavior } from '../behavior/noex-behavior.decorator.js';
import { NoexModule } from '../noex.module.js';
import { InjectClient } from './inject-client.decorator.js';
import type { ProcessClient } from './process-client.js';
import type { RemoteCallService } from './remote-call.service.js';
import type { RemoteSpawnService } from './remote-spawn.service.js';

declare const remote: RemoteCallService;
declare const spawner: RemoteSpawnService;

class AddItem {
  sku!: string;
  quantity!: number;
}

@NoexBehavior('cart')
class CartBehavior {
  private readonly lines = new Map<string, number>();

  init(args: { owner: string }): void {
    this.lines.set(args.owner, 0);
  }
  @HandleCall() add(item: AddItem): Promise<{ total: number }> {
    return Promise.resolve({ total: item.quantity });
  }
  @HandleCast() clear(): void {
    this.lines.clear();
  }
}

@NoexBehavior('clock')
class ClockBehavior {
  @HandleCall() now(): number {
    return 0;
  }
}

@NoexBehavior('cache')
class CacheBehavior {
  init(_options?: { size: number }): void {}
}

export async function aBehaviorClass() {
  const cart = await spawner.spawn(CartBehavior, { args: { owner: 'eva' }, on: 'least-loaded' });
  const typed: ProcessRef<CartBehavior> = cart;
  const view = await remote.call(cart, 'add', { sku: 'A1', quantity: 2 }, { timeoutMs: 100 });
  const total: number = view.total;
  const sent: boolean = remote.cast(cart, 'clear');

  // @ts-expect-error -- the reply is a number
  const text: string = view.total;
  // @ts-expect-error -- no such handler
  await remote.call(cart, 'addd', { sku: 'A1', quantity: 2 });
  // @ts-expect-error -- wrong payload type
  await remote.call(cart, 'add', { sku: 'A1' });
  // @ts-expect-error -- missing payload
  await remote.call(cart, 'add');
  // @ts-expect-error -- wrong payload type of a cast
  remote.cast(cart, 'clear', 1);
  // @ts-expect-error -- wrong spawn args
  await spawner.spawn(CartBehavior, { args: { owner: 1 } });
  // @ts-expect-error -- missing spawn args
  await spawner.spawn(CartBehavior);
  // @ts-expect-error -- missing spawn args among other options
  await spawner.spawn(CartBehavior, { on: 'local' });
  // @ts-expect-error -- no such placement field
  await spawner.spawn(CartBehavior, { args: { owner: 'eva' }, onn: 'local' });
  return { typed, total, sent, text };
}

export async function aBehaviorWithoutArgs() {
  const clock = await spawner.spawn(ClockBehavior);
  const now: number = await remote.call(clock, 'now');
  await spawner.spawn(CacheBehavior);
  await spawner.spawn(CacheBehavior, { args: { size: 10 }, on: 'local' });
  // @ts-expect-error -- it takes none
  await spawner.spawn(ClockBehavior, { args: 1 });
  // @ts-expect-error -- wrong type of args that may be left out
  await spawner.spawn(CacheBehavior, { args: { size: 'ten' } });
  return now;
}

export const counter = defineBehavior({
  name: 'counter',
  init: (args: { start: number }) => ({ value: args.start }),
  handleCall: {
    add: (by: number, state) => [state.value + by, { value: state.value + by }],
    read: async (_: undefined, state) => [String(state.value), state],
  },
  handleCast: { reset: (to: number) => ({ value: to }) },
});

export async function aPlainBehavior() {
  const ref = await spawner.spawn<typeof counter>('counter', { args: { start: 1 } });
  const sum: number = await remote.call(ref, 'add', 2);
  const text: string = await remote.call(ref, 'read');
  remote.cast(ref, 'reset', 0);

  // @ts-expect-error -- the reply is a number
  const wrong: string = await remote.call(ref, 'add', 2);
  // @ts-expect-error -- no such handler
  await remote.call(ref, 'subtract', 2);
  // @ts-expect-error -- wrong payload type
  await remote.call(ref, 'add', '2');
  // @ts-expect-error -- missing payload
  await remote.call(ref, 'add');
  // @ts-expect-error -- a call is no cast
  remote.cast(ref, 'add', 2);
  return { sum, text, wrong };
}

export async function aBehaviorThatIsNotKnownHere() {
  const ref: ProcessRef = await spawner.spawn('pricing', { args: { anything: true } });
  const reply: unknown = await remote.call(ref, 'quote', { sku: 'A1' });
  remote.cast(ref, 'whatever');
  return reply;
}

interface RoomApi {
  init(args: { topic: string }): void;
  say(line: string): Promise<number>;
  leave(): void;
}

const Room = defineContract<RoomApi>('room');

export async function aContract() {
  const room = await spawner.spawn(Room, { args: { topic: 'x' } });
  const typed: ProcessRef<RoomApi> = room;
  const lines: number = await remote.client(room, { timeoutMs: 9 }).say('hello', { headers: { a: '1' } });
  await remote.client(room).leave();

  // @ts-expect-error -- the reply is a number
  const text: string = await remote.client(room).say('hello');
  // @ts-expect-error -- wrong payload type
  await remote.client(room).say(1);
  // @ts-expect-error -- no such handler
  await remote.client(room).shout('x');
  // @ts-expect-error -- `init` is no message
  await remote.client(room).init({ topic: 'x' });
  // @ts-expect-error -- wrong arguments
  await spawner.spawn(Room, { args: { topic: 1 } });
  // @ts-expect-error -- missing arguments
  await spawner.spawn(Room);
  return { typed, lines, text };
}

@NoexBehavior(Room)
export class RoomBehavior {
  init(_args: { topic: string }): void {}
  @HandleCall() say(line: string): Promise<number> {
    return Promise.resolve(line.length);
  }
  @HandleCall() leave(): void {}
}

// @ts-expect-error -- the contract says that `say` gives a number
@NoexBehavior(Room)
export class BrokenRoom {
  init(_args: { topic: string }): void {}
  @HandleCall() say(line: string): Promise<string> {
    return Promise.resolve(line);
  }
  @HandleCall() leave(): void {}
}

export async function aNamedProcess() {
  const cart = remote.client({ behavior: CartBehavior, name: 'main-cart' });
  const total: number = (await cart.add({ sku: 'A1', quantity: 2 }, { timeoutMs: 9 })).total;
  const room = remote.client({ behavior: Room, scope: 'local' }, { headers: { a: '1' } });
  const lines: number = await room.say('hello');

  // @ts-expect-error -- wrong payload type
  await cart.add({ sku: 'A1' });
  // @ts-expect-error -- the reply is a number
  const text: string = await room.say('hello');
  // @ts-expect-error -- no such handler
  await room.shout('x');
  // @ts-expect-error -- a name has one of two scopes
  remote.client({ behavior: Room, scope: 'galactic' });
  // @ts-expect-error -- the behavior gives the types
  remote.client({ name: 'main-cart' });
  return { total, lines, text };
}

@Injectable()
export class Checkout {
  // @ts-expect-error -- a behavior, not its name
  @InjectClient('cart') readonly wrong!: ProcessClient<CartBehavior>;

  constructor(@InjectClient(Room, 'lobby') private readonly lobby: ProcessClient<RoomApi>) {}

  async greet(): Promise<number> {
    return this.lobby.say('hello');
  }
}

export const features = [
  NoexModule.forFeature({
    behaviors: [CartBehavior],
    clients: [{ behavior: Room, name: 'lobby', timeoutMs: 100 }],
  }),
  NoexModule.forFeature([CartBehavior]),
  // @ts-expect-error -- no such option
  NoexModule.forFeature({ clients: [{ behavior: Room, nam: 'lobby' }] }),
];
