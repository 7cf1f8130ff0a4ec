import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';

import { type RawWebhook } from '@gatehouse/contract';

/** Takes in webhooks as a gateway would, byte for byte, each under the address it was sent to. */
export class WebhookCatcher {
  readonly #caught = new Map<string, RawWebhook[]>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', headers, url = '' } = request;
        const earlier = this.#caught.get(url) ?? [];
        this.#caught.set(url, [...earlier, { method, headers, body: Buffer.concat(chunks) }]);
        response.writeHead(200).end();
      });
    });
  }

  static async open(): Promise<WebhookCatcher> {
    const catcher = new WebhookCatcher();
    catcher.#server.listen(0, '127.0.0.1');
    await once(catcher.#server, 'listening');
    return catcher;
  }

  addressOf(name: string): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/${name}`;
  }

  /** What has arrived at an address so far, oldest first. */
  arrivedAt(address: string): readonly RawWebhook[] {
    return this.#caught.get(new URL(address).pathname) ?? [];
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
