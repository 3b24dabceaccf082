import { defineContract } from '@noex/contracts';
import { behaviorName } from './behavior-name.js';
import { NoexBehavior } from './noex-behavior.decorator.js';

@NoexBehavior('cart')
class Cart {}

class Plain {}

it.each([
  ['a class', Cart],
  ['a contract', defineContract('cart')],
  ['itself', 'cart'],
])('the name of a behavior is known from %s', (_, behavior) => {
  expect(behaviorName(behavior)).toBe('cart');
});

it('a class that is no behavior is named in the error', () => {
  expect(() => behaviorName(Plain)).toThrow('class Plain is not a behavior');
});
