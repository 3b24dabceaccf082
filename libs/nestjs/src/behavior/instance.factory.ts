import type { Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';

/** Makes the instance of one process; a promise where Nest has to resolve something for each process. */
export type InstanceFactory = () => object | Promise<object>;

/**
 * A factory that constructs a behavior's instances with their dependencies.
 *
 * Nest resolves the dependencies once, for a class that has the behavior's metadata and only keeps what it is given; each
 * process then costs one `new`. Where a dependency must be made for each process (`perProcess`), Nest makes the whole
 * instance each time, which takes some tens of microseconds.
 */
export async function instanceFactory(
  type: Type,
  moduleRef: ModuleRef,
  perProcess: boolean,
): Promise<InstanceFactory> {
  if (perProcess) return () => moduleRef.create<object>(type);

  let parameters: unknown[] = [];
  const Capture = function (...args: unknown[]) {
    parameters = args;
  } as unknown as Type<object>;
  // Reflect.getMetadata looks along the prototype chain, so Capture declares what the behavior declares.
  Object.setPrototypeOf(Capture, type);
  const capture = await moduleRef.create(Capture);
  const properties: object = { ...capture };
  const hasProperties = Object.keys(properties).length > 0;
  return () => {
    const instance = new type(...parameters) as object;
    return hasProperties ? Object.assign(instance, properties) : instance;
  };
}
