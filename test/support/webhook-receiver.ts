import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

/** A message as it came in. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface WebhookReceiver {
  readonly origin: string;
  /** Everything that came in so far, oldest first. */
  readonly received: readonly Received[];
  /** How messages to a path are answered from now on; 204 unless told. An answer that never ends is a receiver that hangs. */
  answer(path: string, how: (response: ServerResponse, message: Received) => void): void;
  close(): Promise<void>;
}

/** A product backend's end of the webhooks, on a free port of this computer. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const answers = new Map<string, (response: ServerResponse, message: Received) => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      const message = { path, headers: request.headers, body: Buffer.concat(chunks).toString() };
      received.push(message);
      const how = answers.get(path);
      if (how === undefined) response.writeHead(204).end();
      else how(response, message);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    received,
    answer(path, how) {
      answers.set(path, how);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
