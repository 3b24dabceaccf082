import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { PLAIN_UDP_BYTES, readQuery, writeAnswer } from './message.mjs';
import { lookUp } from './zone.mjs';

/**
 * Answers over UDP and TCP from a zone that is asked for each time.
 * @param {() => import('./zone.mjs').DnsRecord[]} zone
 * @returns {Promise<{ port: number, close(): void }>}
 */
export async function startDnsServer(zone, address, port = 53) {
  const answer = (message, mostBytes) => {
    const query = readQuery(message);
    return writeAnswer(query, lookUp(zone(), query.name, query.type), mostBytes);
  };
  const tcp = createServer((socket) => serveStream(socket, answer));
  tcp.listen(port, address);
  await once(tcp, 'listening');
  const udp = createSocket('udp4');
  udp.on('message', (message, from) => {
    try {
      udp.send(answer(message, PLAIN_UDP_BYTES), from.port, from.address);
    } catch {
      // Not a question: a resolver asks again.
    }
  });
  udp.bind(tcp.address().port, address);
  await once(udp, 'listening');
  return {
    port: tcp.address().port,
    close: () => {
      udp.close();
      tcp.close();
    },
  };
}

/** Each message behind its length in two bytes. */
function serveStream(socket, answer) {
  let held = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (data) => {
    held = Buffer.concat([held, data]);
    while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
      const end = 2 + held.readUInt16BE(0);
      try {
        const message = answer(held.subarray(2, end));
        const length = Buffer.alloc(2);
        length.writeUInt16BE(message.length);
        socket.write(Buffer.concat([length, message]));
      } catch {
        socket.destroy();
      }
      held = held.subarray(end);
    }
  });
}
