import type { Clock, Logger } from '@noex/contracts';
import { isLoopbackAddress } from './loopback-address.js';
import { ApiError } from './api-error.js';
import type { ApiToken } from '../api-token.js';

/** What the guard looks at. */
export interface ApiRequest {
  readonly remoteAddress: string | undefined;
  readonly authorization: string | undefined;
}

export interface ApiAccess {
  readonly token: ApiToken;
  readonly allowRemote: boolean;
}

const BEARER = /^bearer +(\S+)$/i;

/** Why the API does not answer a request; undefined where it does. */
export function refusalOf(
  { remoteAddress, authorization }: ApiRequest,
  access: ApiAccess,
): ApiError | undefined {
  // First, so that another machine cannot try tokens.
  if (!access.allowRemote && !isLoopbackAddress(remoteAddress)) {
    return new ApiError(
      403,
      'remote_refused',
      'the management API answers its own machine only (management.allowRemote, MANAGEMENT_ALLOW_REMOTE)',
    );
  }
  const token = BEARER.exec(authorization ?? '')?.[1];
  if (token !== undefined && access.token.matches(token)) return undefined;
  return new ApiError(
    401,
    'unauthorized',
    token === undefined
      ? 'the management API asks for a token: Authorization: Bearer <token>'
      : 'the token is not that of this node (MANAGEMENT_TOKEN, MANAGEMENT_TOKEN_FILE)',
  );
}

/** How often refusals of one kind are logged, in milliseconds. */
const LOG_EVERY_MS = 60_000;

/** Says who was refused: at once, and then once a minute with how many there were since. */
export class RefusalLog {
  private readonly kinds = new Map<string, { loggedAt: number; since: number }>();

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  add({ code, message }: ApiError, remoteAddress: string | undefined): void {
    const now = this.clock.now();
    const kind = this.kinds.get(code) ?? { loggedAt: -Infinity, since: 0 };
    this.kinds.set(code, kind);
    kind.since++;
    if (now - kind.loggedAt < LOG_EVERY_MS) return;
    this.logger.warn(`the management API refused ${remoteAddress}: ${message}`, {
      event: 'management_refused',
      code,
      remoteAddress,
      refused: kind.since,
    });
    kind.loggedAt = now;
    kind.since = 0;
  }
}
