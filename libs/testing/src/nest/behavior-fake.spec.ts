import { IsInt, Min } from 'class-validator';
import {
  behaviorDefinition,
  behaviorMetadata,
  HandleCall,
  HandleCast,
  HandleDown,
  HandleInfo,
  NoexBehavior,
  State,
  StateMachine,
} from '@noex/nestjs';
import { MetadataScanner } from '@nestjs/core';
import type { Type } from '@nestjs/common';
import { fakeOf, fakeOfValue } from './behavior-fake.js';

class Item {
  @IsInt() @Min(1) quantity!: number;
}

@NoexBehavior('cart', { shutdownMs: 7, remote: false })
class Cart {
  @HandleCall() add(item: Item): number {
    return item.quantity;
  }
  @HandleCast('empty') clear(): void {}
  @HandleInfo() expire(): void {}
  @HandleDown() gone(): void {}
}

const handlersOf = (type: Type) =>
  behaviorDefinition(type, new MetadataScanner().getAllMethodNames(type.prototype as object)).handlers.map(
    ({ kind, name, method }) => `${kind} ${name} by ${method}`,
  );

describe('a fake of a behavior', () => {
  it('has its name, options and handlers, found by method or message', () => {
    class Fake {
      add(): number {
        return 1;
      }
      empty(): void {}
      gone(): void {}
      helper(): void {}
    }
    const fake = fakeOf(Cart, Fake);
    expect(behaviorMetadata(fake)).toEqual({ name: 'cart', options: { shutdownMs: 7, remote: false } });
    expect(handlersOf(fake).sort()).toEqual(['call add by add', 'cast empty by empty', 'down gone by gone']);
    expect(fake.name).toBe('Fake');
  });

  it('keeps the checks of payloads, unless its own method declares another type', () => {
    class Fake {
      add(): number {
        return 1;
      }
    }
    const fake = fakeOf(Cart, Fake);
    expect(Reflect.getMetadata('design:paramtypes', fake.prototype as object, 'add')).toEqual([Item]);
  });

  it('may have decorators of its own', () => {
    class Fake {
      @HandleCall('add') anyName(): number {
        return 1;
      }
      add(): number {
        return 2;
      }
    }
    expect(handlersOf(fakeOf(Cart, Fake))).toEqual(['call add by anyName']);
  });

  it('leaves its class as it is, so that it can stand in again', () => {
    class Fake {
      add(): number {
        return 1;
      }
    }
    const [one, other] = [fakeOf(Cart, Fake), fakeOf(Cart, Fake)];
    expect(one).not.toBe(other);
    expect(handlersOf(other)).toEqual(['call add by add']);
    expect(behaviorMetadata(Fake)).toBeUndefined();
  });

  it('of a state machine is found by the message that several methods handle', () => {
    @NoexBehavior('door')
    @StateMachine({ initial: 'locked' })
    class Door {
      @State('locked') @HandleCall('push') pushLocked(): string {
        return 'locked';
      }
      @State('open') @HandleCall('push') pushOpen(): string {
        return 'open';
      }
    }
    expect(handlersOf(fakeOfValue(Door, { push: () => 'fake' }))).toEqual(['call push by push']);
  });

  it('of functions calls them on the process’ own instance', () => {
    const add = jest.fn(function (this: object) {
      return Object.getPrototypeOf(this) as unknown;
    });
    const fake = fakeOfValue(Cart, { add });
    expect(fake.name).toBe('FakeCart');
    const instance = new fake() as { add(...args: unknown[]): unknown };
    expect(instance.add(1, 2)).toBe(fake.prototype);
    expect(add).toHaveBeenCalledWith(1, 2);
  });

  it('of functions has nothing that the original does not know', () => {
    expect(() => fakeOfValue(Cart, { ad: () => 1 })).toThrow(
      'the fake of behavior "cart": ad is no handler; Cart has add, clear, empty, expire, gone, init, terminate',
    );
    expect(() => fakeOfValue(Cart, { add: 1 })).toThrow('the fake of behavior "cart": add is no function');
  });

  it('stands in for behaviors only', () => {
    class Service {}
    expect(() => fakeOf(Service, Service)).toThrow(
      "class Service is not a behavior, so nothing can stand in for it: decorate it with @NoexBehavior('name')",
    );
  });
});
