import { NoexError } from '@noex/contracts';

/** No node that this one sees handles requests of the pattern. */
export class NoMessageHandlerError extends NoexError {
  readonly code = 'no_message_handler';
  readonly outcome = 'not-run';

  constructor(pattern: string) {
    super(
      `no node handles "${pattern}": none with a @MessagePattern of it is connected, or none has told of it yet`,
      { pattern },
    );
  }

  override get statusCode(): number {
    return 503;
  }
}
