import { plainToInstance, TransformationType } from 'class-transformer';
// Its public entry has no way to ask what a field declares.
// @ts-expect-error -- and this file of it comes without types
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';

interface DeclaredConversions {
  findTypeMetadata(target: object, property: string): object | undefined;
  findTransformMetadatas(target: object, property: string, type: TransformationType): object[];
}

const declared = defaultMetadataStorage as DeclaredConversions;

type Class = new () => object;

/**
 * An instance of a payload's declared class with the fields of what was sent. Values stay what they are – a Map, bytes, a
 * ref – but for the fields that say how they are converted (`@Type`, `@Transform`): class-transformer's deep copy of
 * everything would lose what it does not know.
 */
export function payloadInstance(type: Class, payload: object): object {
  const instance = Object.create(type.prototype as object) as object;
  for (const key of Object.keys(payload)) {
    const value = (payload as Record<string, unknown>)[key];
    Object.defineProperty(instance, key, {
      value: converts(type, key) ? converted(type, key, value) : value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  return instance;
}

function converts(type: Class, key: string): boolean {
  return (
    declared.findTypeMetadata(type, key) !== undefined ||
    declared.findTransformMetadatas(type, key, TransformationType.PLAIN_TO_CLASS).length > 0
  );
}

function converted(type: Class, key: string, value: unknown): unknown {
  return (plainToInstance(type, { [key]: value }) as Record<string, unknown>)[key];
}
