/* Compiled, never run: each `@ts-expect-error` is a mistake that the types must catch. */
import type { ProcessRef } from './process-ref.js';
import type {
  CallArguments,
  CallName,
  CastArguments,
  CastName,
  ReplyOf,
  SpawnArgs,
} from './typed-messages.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function same<A, B>(..._: Equal<A, B> extends true ? [] : [{ expected: B; got: A }]): void;

interface Options {
  readonly timeoutMs?: number;
}
declare function call<B, M extends CallName<B>>(
  to: ProcessRef<B>,
  method: M,
  ...rest: CallArguments<B, M, Options>
): Promise<ReplyOf<B, M>>;
declare function cast<B, M extends CastName<B>>(
  to: ProcessRef<B>,
  method: M,
  ...rest: CastArguments<B, M, Options>
): boolean;

// --- a behavior class; its fields may have any name ---

class Cart {
  readonly name = 'of a customer';
  private readonly secret = 1;
  init(_args: { owner: string }, _context: object): void {}
  add(item: { sku: string; quantity: number }): Promise<{ total: number }> {
    return Promise.resolve({ total: item.quantity * this.secret });
  }
  total(): number {
    return 0;
  }
  page(size?: number): string[] {
    return [String(size)];
  }
  find(key: string | undefined): boolean {
    return key === undefined;
  }
  anything(_payload: unknown, _context: object): void {}
  private hidden(): void {}
  use(): void {
    this.hidden();
  }
  terminate(): void {}
}
declare const cart: ProcessRef<Cart>;

same<ReplyOf<Cart, 'add'>, { total: number }>();
export const total: Promise<number> = call(cart, 'add', { sku: 'A1', quantity: 2 }).then(
  (view) => view.total,
);
// @ts-expect-error -- the reply is no number
export const noTotal: Promise<number> = call(cart, 'add', { sku: 'A1', quantity: 2 });
same<ReplyOf<Cart, 'total'>, number>();
same<ReplyOf<Cart, 'page'>, string[]>();
same<SpawnArgs<Cart>, { owner: string }>();
same<CallName<Cart>, 'add' | 'total' | 'page' | 'find' | 'anything' | 'use'>();

void call(cart, 'add', { sku: 'A1', quantity: 2 }, { timeoutMs: 10 });
void call(cart, 'total');
void call(cart, 'total', undefined, { timeoutMs: 10 });
void call(cart, 'page');
void call(cart, 'page', 10);
void call(cart, 'find');
void call(cart, 'find', 'key');
void call(cart, 'anything');
void call(cart, 'anything', new Map());
cast(cart, 'add', { sku: 'A1', quantity: 2 });

// @ts-expect-error -- no such method
void call(cart, 'remove', { sku: 'A1' });
// @ts-expect-error -- a field is no handler
void call(cart, 'name');
// @ts-expect-error -- a private method is no handler
void call(cart, 'hidden');
// @ts-expect-error -- `init` is not a message
void call(cart, 'init', { owner: 'eva' });
// @ts-expect-error -- `terminate` is not a message
void call(cart, 'terminate');
// @ts-expect-error -- wrong payload type
void call(cart, 'add', { sku: 'A1', quantity: '2' });
// @ts-expect-error -- wrong type of a payload that may be left out
void call(cart, 'page', 'ten');
// @ts-expect-error -- missing payload
void call(cart, 'add');
// @ts-expect-error -- options in the payload's place
void call(cart, 'add', { timeoutMs: 10 });
// @ts-expect-error -- a payload for a handler that takes none
void call(cart, 'total', 1);
// @ts-expect-error -- wrong payload type of a cast
cast(cart, 'add', 1);
// @ts-expect-error -- missing payload of a cast
cast(cart, 'add');

// --- a plain behavior ---

interface CounterState {
  readonly value: number;
}
interface Counter {
  readonly name: string;
  readonly init: (args: { start: number }) => CounterState;
  readonly handleCall?: {
    add: (by: number, state: CounterState) => readonly [number, CounterState];
    read: (payload: undefined, state: CounterState) => Promise<readonly [string, CounterState]>;
  };
  readonly handleCast?: { reset: (to: number, state: CounterState) => CounterState };
}
declare const counter: ProcessRef<Counter>;

same<ReplyOf<Counter, 'add'>, number>();
same<ReplyOf<Counter, 'read'>, string>();
same<SpawnArgs<Counter>, { start: number }>();
same<CallName<Counter>, 'add' | 'read'>();
same<CastName<Counter>, 'reset'>();
void call(counter, 'add', 1);
void call(counter, 'read');
cast(counter, 'reset', 0);

// @ts-expect-error -- no such call
void call(counter, 'subtract', 1);
// @ts-expect-error -- a cast is no call
void call(counter, 'reset', 1);
// @ts-expect-error -- a call is no cast
cast(counter, 'add', 1);
// @ts-expect-error -- wrong payload type
void call(counter, 'add', '1');
// @ts-expect-error -- missing payload
void call(counter, 'add');

// --- a behavior whose handlers are not known here ---

declare const somebody: ProcessRef;

same<ReplyOf<unknown, 'add'>, unknown>();
void call(somebody, 'whatever');
void call(somebody, 'whatever', { any: 'payload' }, { timeoutMs: 10 });
cast(somebody, 'whatever', 1);

// A ref of a known behavior fits where any ref does, and not the other way round.
export const anyRef: ProcessRef = cart;
// @ts-expect-error -- a ref to a counter is no ref to a cart
export const cartRef: ProcessRef<Cart> = counter;
