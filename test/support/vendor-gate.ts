import { randomBytes } from 'node:crypto';
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
  /** For one vendor account, so that a test holds its own calls and nobody else's. */
  entrance(): Entrance;
  /** Releases what a test that failed still holds. */
  releaseAll(): void;
  close(): Promise<void>;
}

export interface Entrance {
  /** To be called instead of the simulator's. */
  readonly origin: string;
  /** Keeps back requests whose path contains `path`. */
  hold(path: string): Hold;
}

/** No gate at all, for tests with so many bytes that passing them on would be most of the work. */
export function withoutGate(simulatorOrigin: string): Pick<VendorGate, 'entrance'> {
  const hold = (): never => {
    throw new Error('There is no gate to hold requests at');
  };
  return { entrance: () => ({ origin: simulatorOrigin, hold }) };
}

export async function openVendorGate(simulatorOrigin: string): Promise<VendorGate> {
  const holds = new Set<Holding>();
  const server = createServer((incoming, answer) => {
    void pass(incoming, answer);
  });
  const pass = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const body = await buffer(incoming).catch(() => null);
    const [, entrance, path = '/'] = /^\/(\w+)(\/.*)$/s.exec(incoming.url ?? '') ?? [];
    for (const holding of holds) {
      if (holding.entrance === entrance && path.includes(holding.path)) await holding.wait(answer);
    }
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
  const releaseAll = (): void => {
    for (const holding of holds) holding.open();
    holds.clear();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server has an address, not a path.
  const { port } = server.address() as AddressInfo;
  return {
    entrance() {
      const entrance = randomBytes(6).toString('hex');
      return {
        origin: `http://127.0.0.1:${port}/${entrance}`,
        hold(path) {
          const holding = new Holding(entrance, path);
          holds.add(holding);
          return {
            waiting: () => holding.waiting,
            release: () => {
              holds.delete(holding);
              holding.open();
            },
          };
        },
      };
    },
    releaseAll,
    async close() {
      releaseAll();
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

  constructor(
    readonly entrance: string,
    readonly path: string,
  ) {
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
