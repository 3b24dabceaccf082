// node stranger.mjs ADDRESS ...: scans the ports of these hosts and writes garbage to their cluster port, until SIGTERM.
import { randomBytes, randomInt } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';

const PORT = 4369;
const SCANNED = [22, 80, 443, 2379, 4368, 4369, 4370, 6379, 8080, 9090];
/** How long a garbage writer waits to be thrown out before it goes by itself. */
const LINGER_MS = 400;
const PAUSE_MS = 30;
/** Silent connections held to one node at a time. */
const HELD = 20;

const addresses = process.argv.slice(2);
const attempts = {};
let leaving = false;

/** Resolves when the connection is over, whoever ended it. */
function visit(name, address, port, act, lingerMs = LINGER_MS) {
  attempts[name] = (attempts[name] ?? 0) + 1;
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const timer = setTimeout(() => socket.destroy(), lingerMs);
    // Being refused or thrown out is what a stranger gets.
    socket.on('error', () => {});
    socket.on('connect', () => act(socket));
    socket.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

const uint = (bytes, value) => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
};

/** A TLS record that says it is a ClientHello, and is noise inside. */
function noisyHello() {
  const body = randomBytes(randomInt(1, 4096));
  const handshake = Buffer.concat([Buffer.from([1]), uint(3, body.length), body]);
  return Buffer.concat([Buffer.from([22, 3, 1]), uint(2, handshake.length), handshake]);
}

const deeds = {
  async scan(address) {
    for (const port of SCANNED) await visit('scan', address, port, (socket) => socket.destroy());
  },
  garbage: (address) =>
    visit('garbage', address, PORT, (socket) => socket.write(randomBytes(randomInt(1, 65_536)))),
  hello: (address) => visit('hello', address, PORT, (socket) => socket.write(noisyHello())),
  /** Starts a record and never ends it. */
  half: (address) =>
    visit('half', address, PORT, (socket) => socket.write(Buffer.from([22, 3, 1, 0x40, 0, 1])), 2_000),
  hugeFrame: (address) =>
    visit('hugeFrame', address, PORT, (socket) =>
      socket.write(Buffer.concat([uint(4, 0x7fffffff), randomBytes(64)])),
    ),
  endAtOnce: (address) => visit('endAtOnce', address, PORT, (socket) => socket.end()),
  reset: (address) =>
    visit('reset', address, PORT, (socket) => {
      socket.write(noisyHello());
      socket.resetAndDestroy();
    }),
  wrongSecret(address) {
    attempts.wrongSecret = (attempts.wrongSecret ?? 0) + 1;
    return new Promise((resolve) => {
      const socket = connectTls({
        host: address,
        port: PORT,
        minVersion: 'TLSv1.3',
        rejectUnauthorized: false,
        pskCallback: () => ({ psk: randomBytes(32), identity: 'somebody' }),
        checkServerIdentity: () => undefined,
        timeout: LINGER_MS,
      });
      socket.on('error', () => {});
      socket.on('timeout', () => socket.destroy());
      socket.on('close', resolve);
    });
  },
  async silence(address) {
    const held = Array.from({ length: HELD }, () => visit('silence', address, PORT, () => {}, 7_000));
    await Promise.all(held);
  },
};

async function repeat(deed, address) {
  while (!leaving) {
    await deed(address);
    await delay(PAUSE_MS);
  }
}

for (const deed of Object.values(deeds)) for (const address of addresses) void repeat(deed, address);

process.on('SIGTERM', () => {
  leaving = true;
  process.send(attempts, () => process.exit(0));
});
process.on('disconnect', () => process.exit(1));
