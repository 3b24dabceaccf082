import { NameParser, normalizeToKebabOrSnakeCase } from '@nestjs/schematics';

/**
 * What the behavior, its class and its files are called: `shop/ShoppingCart` is `ShoppingCartBehavior`, named `shopping-cart`, in
 * the folder `/shop`.
 * @throws {Error} where no class can be called like that
 */
export function namesOf({ name, path }) {
  const location = new NameParser().parse({ name, path });
  const file = normalizeToKebabOrSnakeCase(location.name);
  if (!/^[a-z][a-z0-9]*([-_.][a-z0-9]+)*$/.test(file)) {
    throw new Error(
      `"${name}" is no name for a behavior: say letters and digits, words apart by "-", as in shopping-cart`,
    );
  }
  const words = file.split(/[-_.]/);
  const className = `${words.map((word) => word[0].toUpperCase() + word.slice(1)).join('')}Behavior`;
  return { folder: normalizeToKebabOrSnakeCase(location.path), file, className };
}
