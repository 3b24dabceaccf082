import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startNats, whyNoNats } from '../harness/nats-server.js';
import { childModule, pairOf, type Subject } from '../harness/workload.js';

/** Names that the targets look for. */
export const BARE = 'bare socket';
export const BARE_PROMISE = 'bare socket, a promise per message';
export const NOEX = 'noex, Nest, secret';
export const NOEX_PLAIN = 'noex, Nest, plain TCP';
export const NEST_TCP = '@nestjs/microservices TCP';
export const NATS = 'NATS request()';
export const NOEX_NATS = 'noex, Nest, over NATS';

/** A pair that talks through a NATS server of its own. */
function overNats(
  name: string,
  module: URL,
  optionsFor: (url: string) => object,
  why: () => string | undefined,
): Subject {
  return {
    name,
    unavailable: why,
    async open(children) {
      const nats = await startNats();
      const pair = await pairOf(name, module, optionsFor(nats.url)).open(children);
      return {
        measure: pair.measure,
        close: async () => {
          await pair.close?.();
          await nats.close();
        },
      };
    },
  };
}

/** The library is built apart from the others as long as it is new. */
function whyNoNatsTransport(): string | undefined {
  const built = fileURLToPath(new URL('../../../libs/transport-nats/dist/index.js', import.meta.url));
  return existsSync(built) ? whyNoNats() : 'libs/transport-nats is not built';
}

export const natsRequest = overNats(NATS, childModule('nats-request'), (servers) => ({ servers }), whyNoNats);

export const noexOverNats = overNats(
  NOEX_NATS,
  childModule('noex-nest'),
  (nats) => ({ nats }),
  whyNoNatsTransport,
);

/** noex as users have it, and the peers. */
export const remoteSubjects: readonly Subject[] = [
  pairOf(BARE, childModule('bare-socket')),
  pairOf(BARE_PROMISE, childModule('bare-socket'), { promises: true }),
  pairOf(NOEX, childModule('noex-nest'), { secret: true }),
  pairOf(NOEX_PLAIN, childModule('noex-nest'), { secret: false }),
  pairOf('noex, Nest, secret, followed: false', childModule('noex-nest'), {
    secret: true,
    echo: 'unfollowed',
  }),
  pairOf('noex, no Nest, secret', childModule('noex-cluster'), { secret: true }),
  pairOf('noex, no Nest, plain TCP', childModule('noex-cluster'), { secret: false }),
  pairOf(NEST_TCP, childModule('nest-tcp')),
  natsRequest,
  noexOverNats,
  pairOf('gRPC', childModule('grpc')),
  pairOf('moleculer TCP', childModule('moleculer')),
];
