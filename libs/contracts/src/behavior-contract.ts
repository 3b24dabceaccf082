/**
 * What a behavior understands, for those who use it without its code: its name, and as a type its handlers. The app that runs
 * the behavior decorates its class with it, and is told by the compiler where the class does not keep it.
 */
export class BehaviorContract<Api extends object = object> {
  /** Only a type; there is no such value. */
  declare readonly api: Api;

  constructor(readonly name: string) {
    if (typeof name !== 'string' || name.trim() === '') {
      throw new TypeError("a contract needs the name of a behavior, e.g. defineContract<CartApi>('cart')");
    }
  }
}

/**
 * `interface CartApi { init(args: OpenCart): void; add(item: AddItem): CartView }`
 * `export const Cart = defineContract<CartApi>('cart')`
 *
 * @throws TypeError without a name.
 */
export function defineContract<Api extends object>(name: string): BehaviorContract<Api> {
  return new BehaviorContract<Api>(name);
}
