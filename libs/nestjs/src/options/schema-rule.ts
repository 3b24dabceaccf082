import { ValidateBy, type ValidationArguments } from 'class-validator';

/** A class-validator rule of our own; `options` is the object under validation, for rules between fields. */
export function rule<T extends object>(
  name: string,
  expected: string | ((options: T, value: unknown) => string),
  holds: (value: unknown, options: T) => boolean,
): PropertyDecorator {
  const target = (args?: ValidationArguments) => args!.object as T;
  return ValidateBy({
    name,
    validator: {
      validate: (value: unknown, args) => holds(value, target(args)),
      defaultMessage: (args) =>
        typeof expected === 'string' ? expected : expected(target(args), args?.value),
    },
  });
}
