import { createHash } from 'node:crypto';

/** What a server of a pattern is a member of. */
export interface PatternGroup {
  readonly kind: 'message' | 'event';
  /** The service group: of its members one gets each event. */
  readonly service: string;
  /** Stands for the pattern. */
  readonly key: string;
}

const PREFIX = 'nest-rpc';
/** Names of groups have at most 255 characters. */
const LONGEST_ROUTE = 150;
const NAME = new RegExp(`^${PREFIX}:(message|event):([^:]+):(.*)$`, 's');

/** The form of a pattern's route in the name of a group: itself, or its hash where it is too long for one. */
export function routeKey(route: string): string {
  if (route.length <= LONGEST_ROUTE) return `=${route}`;
  return `#${createHash('sha256').update(route).digest('hex')}`;
}

export function groupName({ kind, service, key }: PatternGroup): string {
  return `${PREFIX}:${kind}:${service}:${key}`;
}

/** Undefined for groups of others. */
export function readGroupName(name: string): PatternGroup | undefined {
  const [, kind, service, key] = NAME.exec(name) ?? [];
  if (kind === undefined || service === undefined || key === undefined) return undefined;
  return { kind: kind as PatternGroup['kind'], service, key };
}

/** Throws TypeError for what is no name of a service group. */
export function requireServiceGroup(group: string): void {
  if (typeof group === 'string' && /^[\w.-]{1,64}$/.test(group)) return;
  throw new TypeError(
    `the option "group" of NoexServer names the service, of whose nodes one gets each event: 1 to 64 letters, digits, ` +
      `".", "_" or "-", unlike ${JSON.stringify(group)}`,
  );
}
