import { connect, createServer, type Server, type Socket } from 'node:net';

/** The one address before several gateways, as a balancer has it: each new connection goes to one that answers. */
export interface Front {
  readonly origin: string;
  close(): Promise<void>;
}

/** Connections are passed on byte by byte, in turn; where a gateway is dead, to the next. */
export async function openFront(port: number, behind: readonly number[]): Promise<Front> {
  const open = new Set<Socket>();
  let turn = 0;
  const server = createServer((client) => {
    open.add(client);
    client.once('close', () => open.delete(client));
    client.on('error', () => client.destroy());
    turn += 1;
    const order = behind.map((_, index) => behind[(turn + index) % behind.length] ?? 0);
    client.pause();
    passOn(client, order);
  });
  await listen(server, port);
  return {
    origin: `http://127.0.0.1:${port}`,
    async close() {
      for (const client of open) client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function passOn(client: Socket, [port, ...others]: readonly number[]): void {
  if (port === undefined || client.destroyed) {
    client.destroy();
    return;
  }
  const gateway = connect({ port, host: '127.0.0.1' });
  const refused = (): void => {
    passOn(client, others);
  };
  gateway.once('error', refused);
  gateway.once('connect', () => {
    gateway.off('error', refused);
    // Whichever side goes, however it goes, takes the other with it.
    gateway.on('error', () => client.destroy());
    gateway.once('close', () => client.destroy());
    client.once('close', () => gateway.destroy());
    client.pipe(gateway);
    gateway.pipe(client);
  });
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}
