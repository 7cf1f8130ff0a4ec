import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** The one address of a database that moves, as a virtual address or a name service gives it. */
export interface Door {
  readonly port: number;
  /** Cuts every connection; new ones go there, or nowhere (null): they are refused at once. */
  lead(port: number | null): void;
  close(): Promise<void>;
}

export async function openDoor(behind: number): Promise<Door> {
  const open = new Set<Socket>();
  let target: number | null = behind;
  const server = createServer((client) => {
    open.add(client);
    client.on('error', () => client.destroy());
    client.once('close', () => open.delete(client));
    if (target === null) {
      client.resetAndDestroy();
      return;
    }
    const inner = connect({ port: target, host: '127.0.0.1' });
    inner.on('error', () => client.destroy());
    inner.once('close', () => client.destroy());
    client.once('close', () => inner.destroy());
    client.pipe(inner);
    inner.pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    lead(next) {
      target = next;
      for (const client of open) client.resetAndDestroy();
    },
    async close() {
      for (const client of open) client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
