import { parseYaml } from '../read/yaml-tree.js';
import { includes, selects } from './selector.js';

const fits = (selector: string) =>
  selects(parseYaml(selector, 1).documents[0], {}, { app: 'shop', tier: 'web' });

describe('a selector', () => {
  it.each([
    ['{}', true],
    ['{ matchLabels: { app: shop } }', true],
    ['{ matchLabels: { app: shop, tier: db } }', false],
    ['{ matchLabels: { zone: a } }', false],
    ['{ matchExpressions: [{ key: app, operator: In, values: [shop, cart] }] }', true],
    ['{ matchExpressions: [{ key: zone, operator: In, values: [a] }] }', false],
    ['{ matchExpressions: [{ key: app, operator: NotIn, values: [shop] }] }', false],
    ['{ matchExpressions: [{ key: zone, operator: NotIn, values: [a] }] }', true],
    ['{ matchExpressions: [{ key: tier, operator: Exists }] }', true],
    ['{ matchExpressions: [{ key: tier, operator: DoesNotExist }] }', false],
    ['{ matchExpressions: [{ key: tier, operator: Unheard }] }', false],
    ['{ matchLabels: { app: shop }, matchExpressions: [{ key: zone, operator: Exists }] }', false],
  ])('%s: %s', (selector, expected) => expect(fits(selector)).toBe(expected));

  it('counts what a kustomization adds to it', () => {
    expect(selects(undefined, { app: 'cart' }, { app: 'shop' })).toBe(false);
    expect(includes({ app: 'shop', tier: 'web' }, { app: 'shop' })).toBe(true);
  });
});
