import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type LookupAddress, Resolver } from 'node:dns';

import { type Resolve } from '../../libs/platform/src/net/public-connector.js';

export interface DnsServer {
  /** Asks this server, as the system's resolver would. */
  readonly resolve: Resolve;
  /** How many questions it was asked. */
  asked(): number;
  close(): Promise<void>;
}

const TYPE_A = 1;

/** A name server on UDP that gives every name the addresses of `rounds` in turn, the last of them for ever, to be kept for no time. */
export async function startDnsServer(rounds: readonly (readonly string[])[]): Promise<DnsServer> {
  const socket = createSocket('udp4');
  let asked = 0;
  socket.on('message', (query, { port, address }) => {
    const isForA = query.readUInt16BE(query.indexOf(0, 12) + 1) === TYPE_A;
    const addresses = isForA ? (rounds[Math.min(asked, rounds.length - 1)] ?? []) : [];
    asked += 1;
    socket.send(answerTo(query, addresses), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const resolver = new Resolver({ timeout: 5_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    resolve: (hostname, answer) => {
      resolver.resolve4(hostname, (error, addresses) => {
        answer(
          error,
          error === null ? addresses.map((address): LookupAddress => ({ address, family: 4 })) : [],
        );
      });
    },
    asked: () => asked,
    async close() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** RFC 1035, 4.1: the question again, and a record for each address with a time to live of 0. */
function answerTo(query: Buffer, addresses: readonly string[]): Buffer {
  const question = query.subarray(12, query.indexOf(0, 12) + 5);
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(addresses.length, 6);
  const records = addresses.map((address) =>
    Buffer.concat([
      // The name is the one at offset 12; type A, class IN, time to live 0, four bytes.
      Buffer.from([0xc0, 12, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4]),
      Buffer.from(address.split('.').map(Number)),
    ]),
  );
  return Buffer.concat([head, question, ...records]);
}
