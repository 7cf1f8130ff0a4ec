import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Requests that are kept from a vendor until the test lets them through. */
export interface Hold {
  /** How many wait now. Who hangs up waits no longer, and never reaches the vendor. */
  waiting(): number;
  /** Lets through those that wait and all that come. */
  release(): void;
}

/** Stands before the vendors and passes everything on; a test can keep requests back, to be in the middle of a call for sure. */
export interface VendorGate {
  readonly origin: string;
  /** Keeps back requests whose path contains `path`. */
  hold(path: string): Hold;
  close(): Promise<void>;
}

export async function openVendorGate(simulatorOrigin: string): Promise<VendorGate> {
  const holds = new Set<Holding>();
  const server = createServer((incoming, answer) => {
    void pass(incoming, answer);
  });
  const pass = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const body = await buffer(incoming).catch(() => null);
    const path = incoming.url ?? '';
    for (const holding of holds) if (path.includes(holding.path)) await holding.wait(answer);
    if (body === null || answer.destroyed) return;
    const outgoing = request(simulatorOrigin + path, {
      method: incoming.method ?? 'GET',
      headers: { ...incoming.headers, host: new URL(simulatorOrigin).host },
    });
    outgoing.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
      response.on('error', () => answer.destroy());
    });
    outgoing.on('error', () => answer.destroy());
    answer.once('close', () => outgoing.destroy());
    outgoing.end(body);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    // A TCP server has an address, not a path.
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold(path) {
      const holding = new Holding(path);
      holds.add(holding);
      return {
        waiting: () => holding.waiting,
        release: () => {
          holds.delete(holding);
          holding.open();
        },
      };
    },
    async close() {
      for (const holding of holds) holding.open();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

class Holding {
  waiting = 0;
  readonly open: () => void;
  readonly #opened: Promise<void>;

  constructor(readonly path: string) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#opened = promise;
    this.open = () => {
      resolve(undefined);
    };
  }

  /** Until it is opened, or until nobody waits for the answer any more. */
  async wait(answer: ServerResponse): Promise<void> {
    if (answer.destroyed) return;
    this.waiting += 1;
    await Promise.race([this.#opened, once(answer, 'close')]);
    this.waiting -= 1;
  }
}
