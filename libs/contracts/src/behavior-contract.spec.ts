import { BehaviorContract, defineContract } from './behavior-contract.js';

it('is the name of a behavior, and nothing else at run time', () => {
  const contract = defineContract<{ add(n: number): number }>('cart');
  expect(contract).toBeInstanceOf(BehaviorContract);
  expect({ ...contract }).toEqual({ name: 'cart' });
});

it.each(['', '  ', undefined])('without a name (%p) it is refused at once', (name) => {
  expect(() => defineContract(name as string)).toThrow('needs the name of a behavior');
});
