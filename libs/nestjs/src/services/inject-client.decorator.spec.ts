import { defineContract } from '@noex/contracts';
import { NoexBehavior } from '../behavior/noex-behavior.decorator.js';
import { getNoexToken } from '../nodes/node-token.js';
import { clientProvider, getClientToken } from './inject-client.decorator.js';
import { RemoteCallService } from './remote-call.service.js';

const Cart = defineContract<{ view(): string }>('cart');

@NoexBehavior('desk', { node: 'eu' })
class Desk {}

class Plain {}

describe('the token of a client', () => {
  it('is that of its name, by default the one of the behavior', () => {
    expect(getClientToken(Cart)).toBe(getClientToken(Cart, 'cart'));
    expect(getClientToken(Cart, 'main-cart')).not.toBe(getClientToken(Cart));
  });

  it('tells nodes of the app apart, by default the one of the behavior', () => {
    expect(getClientToken(Desk)).toBe(getClientToken(Desk, 'desk', 'eu'));
    expect(new Set(['eu', 'us', undefined].map((node) => getClientToken(Cart, 'cart', node))).size).toBe(3);
  });

  it('is refused for a class that is no behavior', () => {
    expect(() => getClientToken(Plain)).toThrow('class Plain is not a behavior');
  });
});

describe('the provider of a client', () => {
  const client = jest.fn((..._: unknown[]) => 'client');
  const make = (provider: ReturnType<typeof clientProvider>) => {
    client.mockClear();
    expect(provider.useFactory({ client })).toBe('client');
    return client.mock.calls[0];
  };

  it('calls from the node it names, else from that of the behavior', () => {
    const tokens = (node?: string) => clientProvider({ behavior: Desk, ...(node && { node }) });
    expect(tokens()).toMatchObject({
      provide: getClientToken(Desk),
      inject: [getNoexToken(RemoteCallService, 'eu')],
    });
    expect(tokens('us').inject).toEqual([getNoexToken(RemoteCallService, 'us')]);
    expect(clientProvider({ behavior: Cart }).inject).toEqual([RemoteCallService]);
  });

  it('passes on what holds for all calls, and nothing where nothing does', () => {
    const registration = { behavior: Cart, name: 'main-cart', timeoutMs: 5, headers: { a: '1' } };
    expect(make(clientProvider(registration))).toEqual([registration, { timeoutMs: 5, headers: { a: '1' } }]);
    expect(make(clientProvider({ behavior: Cart }))).toEqual([{ behavior: Cart }, undefined]);
  });
});
