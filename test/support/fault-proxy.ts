import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What a network does to the bytes of all connections, those that are open and those to come. */
export type Toxic =
  | { readonly kind: 'latency'; readonly delayMs: number }
  /** Nothing arrives, in neither direction, and nobody is told. What was sent meanwhile arrives when it is over, as TCP has it. */
  | { readonly kind: 'blackhole' }
  /** So many bytes at a time. */
  | { readonly kind: 'slice'; readonly bytes: number }
  /** Whoever connects is hung up on. */
  | { readonly kind: 'refuse' };

/** Looks at the bytes of one connection on their way, and passes on what it wants, when it wants. */
export interface Tap {
  fromClient(chunk: Buffer): void;
  fromServer(chunk: Buffer): void;
  /** Either side is gone: nothing more is passed on. */
  closed(): void;
}

export type OpenTap = (link: {
  readonly toServer: (bytes: Buffer) => void;
  readonly toClient: (bytes: Buffer) => void;
}) => Tap;

/** Stands before a TCP server on this computer and passes everything on, as well or as badly as it is told. */
export interface FaultProxy extends AsyncDisposable {
  readonly port: number;
  /** How many connections are open. */
  readonly open: number;
  /** From now on; null: nothing is wrong any more. */
  suffer(toxic: Toxic | null): void;
  /** RST on both sides of every open connection. */
  reset(): void;
  /** The server seems to have ended each of its streams, while it still hears its clients. */
  halfClose(): void;
}

export async function openFaultProxy(
  target: { readonly host: string; readonly port: number },
  openTap: OpenTap = passAll,
): Promise<FaultProxy> {
  const air = new Air();
  const links = new Set<Link>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (air.toxic?.kind === 'refuse') {
      client.resetAndDestroy();
      return;
    }
    const link = new Link(client, connect({ ...target, allowHalfOpen: true }), air, openTap);
    links.add(link);
    void link.closed.then(() => links.delete(link));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server has an address, not a path.
  const { port } = server.address() as { port: number };
  return {
    port,
    get open() {
      return links.size;
    },
    suffer: (toxic) => {
      air.change(toxic);
    },
    reset: () => {
      for (const link of links) link.reset();
    },
    halfClose: () => {
      for (const link of links) link.halfClose();
    },
    async [Symbol.asyncDispose]() {
      for (const link of links) link.reset();
      server.close();
      await once(server, 'close');
    },
  };
}

function passAll({ toServer, toClient }: Parameters<OpenTap>[0]): Tap {
  return { fromClient: toServer, fromServer: toClient, closed: () => undefined };
}

/** What all connections go through. */
class Air {
  toxic: Toxic | null = null;
  #changed = Promise.withResolvers<undefined>();

  change(toxic: Toxic | null): void {
    this.toxic = toxic;
    this.#changed.resolve(undefined);
    this.#changed = Promise.withResolvers();
  }

  /** Pieces of the bytes, each when it may arrive. */
  async *carry(bytes: Buffer): AsyncGenerator<Buffer> {
    while (this.toxic?.kind === 'blackhole') await this.#changed.promise;
    if (this.toxic?.kind === 'latency') await delay(this.toxic.delayMs);
    const size = this.toxic?.kind === 'slice' ? this.toxic.bytes : bytes.length;
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
}

class Link {
  readonly closed: Promise<void>;
  readonly #sockets: readonly [client: Socket, server: Socket];

  constructor(client: Socket, server: Socket, air: Air, openTap: OpenTap) {
    this.#sockets = [client, server];
    const tap = openTap({ toServer: wayTo(server, air), toClient: wayTo(client, air) });
    client.on('data', (chunk: Buffer) => {
      tap.fromClient(chunk);
    });
    server.on('data', (chunk: Buffer) => {
      tap.fromServer(chunk);
    });
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.closed = promise.then(() => undefined);
    for (const socket of this.#sockets) {
      socket.setNoDelay(true);
      // Whichever side goes, however it goes, takes the other with it.
      socket.on('error', () => socket.destroy());
      socket.once('end', () => socket.destroy());
      socket.once('close', () => {
        for (const other of this.#sockets) other.destroy();
        tap.closed();
        resolve(undefined);
      });
    }
  }

  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  halfClose(): void {
    this.#sockets[0].end();
  }
}

/** In the order in which they are given, whatever the air does to them meanwhile. */
function wayTo(socket: Socket, air: Air): (bytes: Buffer) => void {
  let before = Promise.resolve();
  let underWay = 0;
  return (bytes) => {
    if (air.toxic === null && underWay === 0) {
      if (socket.writable) socket.write(bytes);
      return;
    }
    underWay += 1;
    before = before.then(async () => {
      for await (const piece of air.carry(bytes)) {
        if (socket.writable) socket.write(piece);
        // Each in a packet of its own.
        await delay(0);
      }
      underWay -= 1;
    });
  };
}
