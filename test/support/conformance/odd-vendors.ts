import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A port of this machine that nobody listens on. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export interface OddVendor {
  readonly origin: string;
  close(): Promise<void>;
}

/** Answers everything with success and the same JSON. */
export async function monotonousVendor(json: unknown): Promise<OddVendor> {
  const server = createHttpServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A wire to a vendor, on which can be seen who hangs up. */
export interface Wire extends OddVendor {
  /** Whether our side has closed a connection on which so many bytes have come. */
  hasHungUpAfter(bytes: number): boolean;
}

export async function openWire(vendorOrigin: string): Promise<Wire> {
  const { hostname, port: vendorPort } = new URL(vendorOrigin);
  const lines: { readonly ours: Socket; carried: number }[] = [];
  const server = createServer((ours) => {
    const line = { ours, carried: 0 };
    lines.push(line);
    const theirs = connect(Number(vendorPort), hostname);
    ours.pipe(theirs);
    theirs.on('data', (chunk: Buffer) => {
      line.carried += chunk.length;
      // As slow as its reader: a vendor's images do not wait in our buffers.
      if (!ours.write(chunk)) theirs.pause();
    });
    ours.on('drain', () => theirs.resume());
    theirs.on('close', () => ours.destroy());
    ours.on('close', () => theirs.destroy());
    for (const socket of [ours, theirs]) socket.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    hasHungUpAfter: (bytes) => lines.some(({ ours, carried }) => ours.destroyed && carried >= bytes),
    async close() {
      for (const { ours } of lines) ours.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
