import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';

/** Somebody else's pages on another port of this machine: another origin, and for cookies the same site. */
export interface Strangers {
  /** The address of a page with this in it. */
  page(body: string): string;
  close(): Promise<void>;
}

export async function openStrangers(): Promise<Strangers> {
  const bodies: string[] = [];
  const server = createServer((incoming, answer) => {
    const body = bodies[Number((incoming.url ?? '').slice(1))];
    answer.writeHead(body === undefined ? 404 : 200, { 'content-type': 'text/html' });
    answer.end(`<!doctype html>${body ?? ''}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    page(body) {
      bodies.push(body);
      return `http://127.0.0.1:${port}/${bodies.length - 1}`;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
