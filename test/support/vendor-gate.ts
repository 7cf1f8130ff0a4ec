import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Requests that are kept from a vendor, or answers that are kept from the gateway, until the test lets them through. */
export interface Hold {
  /** How many wait now. Who hangs up waits no longer; a request never reaches the vendor then. */
  waiting(): number;
  /** Lets through those that come from now on; those that wait go on waiting. */
  letOthersPass(): void;
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
  /** Lets such requests through, so that they take effect, and keeps back what the vendor answers. */
  holdAnswer(path: string): Hold;
}

/** No gate at all, for tests with so many bytes that passing them on would be most of the work. */
export function withoutGate(simulatorOrigin: string): Pick<VendorGate, 'entrance'> {
  const hold = (): never => {
    throw new Error('There is no gate to hold requests at');
  };
  return { entrance: () => ({ origin: simulatorOrigin, hold, holdAnswer: hold }) };
}

export async function openVendorGate(simulatorOrigin: string): Promise<VendorGate> {
  const holds = new Set<Holding>();
  const server = createServer((incoming, answer) => {
    void pass(incoming, answer);
  });
  const pass = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const body = await buffer(incoming).catch(() => null);
    const [, entrance, path = '/'] = /^\/(\w+)(\/.*)$/s.exec(incoming.url ?? '') ?? [];
    const wait = async (what: 'request' | 'answer'): Promise<void> => {
      for (const holding of holds) {
        const isMeant =
          !holding.isClosed &&
          holding.what === what &&
          holding.entrance === entrance &&
          path.includes(holding.path);
        if (isMeant) await holding.wait(answer);
      }
    };
    await wait('request');
    if (body === null || answer.destroyed) return;
    const outgoing = request(simulatorOrigin + path, {
      method: incoming.method ?? 'GET',
      headers: { ...incoming.headers, host: new URL(simulatorOrigin).host },
    });
    outgoing.on('response', (response) => {
      response.on('error', () => answer.destroy());
      void wait('answer').then(() => {
        if (answer.destroyed) return;
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      });
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
      const keep = (what: 'request' | 'answer', path: string): Hold => {
        const holding = new Holding(what, entrance, path);
        holds.add(holding);
        return {
          waiting: () => holding.waiting,
          letOthersPass: () => {
            holding.isClosed = true;
          },
          release: () => {
            holds.delete(holding);
            holding.open();
          },
        };
      };
      return {
        origin: `http://127.0.0.1:${port}/${entrance}`,
        hold: (path) => keep('request', path),
        holdAnswer: (path) => keep('answer', path),
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
  /** Nobody joins those who wait. */
  isClosed = false;
  readonly open: () => void;
  readonly #opened: Promise<void>;

  constructor(
    readonly what: 'request' | 'answer',
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
