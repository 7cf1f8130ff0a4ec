import { connect, createServer, type Server, type Socket } from 'node:net';

/** The one address before several gateways, as a balancer has it: each new connection goes to one that answers. */
export interface Front {
  readonly origin: string;
  /** First lines of the requests that the gateway at this port left without an answer when it hung up, since the last time. */
  takeCutOff(port: number): readonly string[];
  close(): Promise<void>;
}

/** Connections are passed on byte by byte, in turn; where a gateway is dead, to the next. */
export async function openFront(port: number, behind: readonly number[]): Promise<Front> {
  const open = new Set<Socket>();
  const cutOff = new Map<number, string[]>();
  let turn = 0;
  const server = createServer((client) => {
    open.add(client);
    client.once('close', () => open.delete(client));
    client.on('error', () => client.destroy());
    turn += 1;
    const order = behind.map((_, index) => behind[(turn + index) % behind.length] ?? 0);
    client.pause();
    passOn(client, order, (to, request) => {
      cutOff.set(to, [...(cutOff.get(to) ?? []), request]);
    });
  });
  await listen(server, port);
  return {
    origin: `http://127.0.0.1:${port}`,
    takeCutOff(of) {
      const requests = cutOff.get(of) ?? [];
      cutOff.delete(of);
      return requests;
    },
    async close() {
      for (const client of open) client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type NoteCutOff = (port: number, request: string) => void;

function passOn(client: Socket, [port, ...others]: readonly number[], note: NoteCutOff): void {
  if (port === undefined || client.destroyed) {
    client.destroy();
    return;
  }
  const gateway = connect({ port, host: '127.0.0.1' });
  const refused = (): void => {
    passOn(client, others, note);
  };
  gateway.once('error', refused);
  gateway.once('connect', () => {
    gateway.off('error', refused);
    const waiting = waitingRequest(client, gateway);
    let hasGone = false;
    // Whichever side goes, however it goes, takes the other with it.
    gateway.on('error', () => client.destroy());
    gateway.once('close', () => {
      const request = waiting();
      // A caller who went first waits for nothing.
      if (request !== null && !hasGone) note(port, request);
      client.destroy();
    });
    client.once('close', () => {
      hasGone = true;
      gateway.destroy();
    });
    client.pipe(gateway);
    gateway.pipe(client);
  });
}

/** Gives the first line of the request that has no answer yet; null: there is none. A connection has one at a time. */
function waitingRequest(client: Socket, gateway: Socket): () => string | null {
  let request: string | null = null;
  client.on('data', (chunk: Buffer) => {
    request ??= chunk.toString('latin1').split('\r\n', 1)[0] ?? '';
  });
  gateway.on('data', () => {
    request = null;
  });
  return () => request;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}
