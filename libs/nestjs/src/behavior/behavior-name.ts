import type { Type } from '@nestjs/common';
import { BehaviorContract, InvalidMessageError } from '@noex/contracts';
import { behaviorMetadata } from './behavior-metadata.js';

/** What nodes know a behavior by. Throws InvalidMessageError for a class that is none. */
export function behaviorName(behavior: Type | BehaviorContract | string): string {
  if (typeof behavior === 'string') return behavior;
  if (behavior instanceof BehaviorContract) return behavior.name;
  const metadata = behaviorMetadata(behavior);
  if (metadata) return metadata.name;
  throw new InvalidMessageError(
    `class ${behavior.name} is not a behavior: decorate it with @NoexBehavior('name')`,
  );
}
