import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What becomes of an answer: it arrives, it breaks off after its head, or it never comes. */
export type Loss = 'none' | 'halfway' | 'whole';

export interface PassedOn {
  readonly method: string;
  readonly idempotencyKey: string | undefined;
  /** What the gateway answered, whether it arrived or not. */
  readonly status: number;
  readonly replayed: boolean;
}

/** Stands before a gateway and passes every request on; of the answers it loses what it is told to, as a network does. */
export interface LosingProxy {
  readonly origin: string;
  /** The fates of the answers to come, in their order; all later ones arrive. */
  lose(...losses: readonly Loss[]): void;
  readonly passedOn: readonly PassedOn[];
  close(): Promise<void>;
}

export async function openLosingProxy(gatewayOrigin: string): Promise<LosingProxy> {
  const fates: Loss[] = [];
  const passedOn: PassedOn[] = [];
  const pass = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const fate = fates.shift() ?? 'none';
    const { method = 'GET', url = '/', headers } = incoming;
    const body = await buffer(incoming);
    const response = await fetch(gatewayOrigin + url, {
      method,
      headers: Object.entries(headers).filter((header): header is [string, string] => isPassedOn(header)),
      ...(body.length > 0 && { body }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    passedOn.push({
      method,
      idempotencyKey: headers['idempotency-key']?.toString(),
      status: response.status,
      replayed: response.headers.get('idempotent-replayed') === 'true',
    });
    if (fate === 'whole') return void answer.destroy();
    const kept = [...response.headers].filter(
      ([name]) => !/^(?:connection|keep-alive|transfer-encoding)$/u.test(name),
    );
    answer.writeHead(
      response.status,
      Object.fromEntries([...kept, ['content-length', String(bytes.length)]]),
    );
    if (fate === 'none') return void answer.end(bytes);
    answer.write(bytes.subarray(0, bytes.length / 2), () => answer.destroy());
  };
  const server = createServer((incoming, answer) => {
    pass(incoming, answer).catch(() => answer.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server has an address, not a path.
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    lose: (...losses) => fates.push(...losses),
    passedOn,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function isPassedOn([name, value]: [string, string | string[] | undefined]): boolean {
  return typeof value === 'string' && !/^(?:host|connection|content-length|transfer-encoding)$/u.test(name);
}
