import 'reflect-metadata';
import { createParamDecorator, Query, type CanActivate, type PipeTransform } from '@nestjs/common';
import { MessageRejected, type ProcessContext } from '@noex/runtime';
import type { HandlerDefinition } from '../behavior/behavior-metadata.js';
import { HandleCall } from '../behavior/handler.decorators.js';
import type { BoundEnhancers } from './bound-enhancers.js';
import { enhancedHandler } from './enhanced-handler.js';
import { NoexContext } from './noex-context.js';
import { Ctx, Payload } from './param.decorators.js';

const Message = createParamDecorator((_, context) => NoexContext.from(context).message);

class Cart {
  name = 'of this process';

  @HandleCall() plain(...args: unknown[]): unknown[] {
    return [this.name, ...args];
  }

  @HandleCall() decorated(
    @Ctx() ctx: unknown,
    @Message() message: string,
    @Payload('sku') sku: string,
    @Payload() all: unknown,
  ): unknown[] {
    return [this.name, ctx, message, sku, all];
  }

  @HandleCall() odd(@Query() _: unknown): void {}
}

const context = { headers: {} } as ProcessContext;

const handler = (
  method: keyof Cart,
  bound: Partial<BoundEnhancers> = {},
  kind: HandlerDefinition['kind'] = 'call',
) =>
  enhancedHandler({ type: Cart, options: {} }, { kind, name: `${method}!`, method, states: [] }, () => ({
    guards: [],
    interceptors: [],
    pipes: [],
    filters: { next: (error: unknown) => Promise.reject(error as Error) } as never,
    hasFilters: false,
    parameterPipes: () => [],
    ...bound,
  }));

it('where nothing is bound, the method is called and nothing else: no promise, no copy', () => {
  const payload = { sku: 'A1' };
  const result = handler('plain')(new Cart(), payload, context) as unknown[];
  expect(result).toEqual(['of this process', payload, context]);
  expect(result[1]).toBe(payload);
});

it('parameter decorators alone cost no promise either', () => {
  const payload = { sku: 'A1' };
  const result = handler('decorated')(new Cart(), payload, context);
  expect(result).toEqual(['of this process', context, 'decorated!', 'A1', payload]);
});

it.each([null, undefined, 7])('a field of the payload %p is undefined', (payload) => {
  expect(handler('decorated')(new Cart(), payload, context)).toContain(undefined);
});

it('a parameter that only HTTP can fill is refused when the app starts', () => {
  expect(() => handler('odd')).toThrow('parameter 0 of Cart.odd has a decorator of HTTP');
});

const deny: CanActivate = { canActivate: () => false };

it.each(['down', 'enter', 'state_timeout', 'event_timeout'] as const)(
  'news of the runtime (%s) pass no guard',
  (kind) => {
    expect(handler('plain', { guards: [deny] }, kind)(new Cart(), 1, context)).toEqual([
      'of this process',
      1,
      context,
    ]);
  },
);

it('a message that is denied is rejected before the handler ran, with what the guard says', async () => {
  const rejected = handler('plain', { guards: [deny] })(new Cart(), 1, context) as Promise<unknown>;
  await expect(rejected).rejects.toBeInstanceOf(MessageRejected);
  await expect(rejected).rejects.toMatchObject({ cause: { name: 'ForbiddenException' } });
});

it('pipes change what the handler gets, but never its context', async () => {
  const twice: PipeTransform = { transform: (value: unknown) => [value, value] };
  expect(await handler('plain', { pipes: [twice] })(new Cart(), 1, context)).toEqual([
    'of this process',
    [1, 1],
    context,
  ]);
});

it('an error of the handler itself is no rejection', async () => {
  class Fails {
    fail(): void {
      throw new RangeError('x');
    }
  }
  const allow: CanActivate = { canActivate: () => true };
  const run = enhancedHandler(
    { type: Fails, options: {} },
    { kind: 'cast', name: 'fail', method: 'fail', states: [] },
    () => ({
      guards: [allow],
      interceptors: [],
      pipes: [],
      filters: { next: (error: Error) => Promise.reject(error) } as never,
      hasFilters: false,
      parameterPipes: () => [],
    }),
  );
  await expect(run(new Fails(), undefined, context)).rejects.toBeInstanceOf(RangeError);
});
