import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

/** What the vendor does with one request. */
export type Reply = (request: Recorded, response: ServerResponse) => void;

/** A request as its bytes arrived. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A vendor made of real HTTP whose every answer is written down beforehand, in order. */
export class ScriptedVendor {
  readonly requests: Recorded[] = [];
  readonly #script: Reply[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#serve(request, response);
    });
  }

  static async open(): Promise<ScriptedVendor> {
    const vendor = new ScriptedVendor();
    vendor.#server.listen(0, '127.0.0.1');
    await once(vendor.#server, 'listening');
    return vendor;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Appends to the script. */
  will(...replies: readonly Reply[]): void {
    this.#script.push(...replies);
  }

  /** The body of the n-th request, parsed. */
  sent(index = 0): unknown {
    return JSON.parse(this.requests[index]?.body ?? 'null');
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const recorded = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    this.requests.push(recorded);
    (this.#script.shift() ?? raw(599, 'nothing is scripted'))(recorded, response);
  }
}

/** JSON with a status. `headers` may set `date`, the vendor's clock. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return raw(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
}

/** Any bytes with a status. */
export function raw(status: number, body: string | Buffer, headers: Record<string, string> = {}): Reply {
  return (_request, response) => {
    response.writeHead(status, headers).end(body);
  };
}

/** Answers with everything that it was sent, as a careless vendor does. */
export function echo(status: number): Reply {
  return (request, response) => {
    const text = JSON.stringify({ message: `${request.path} ${request.body}`, headers: request.headers });
    response.writeHead(status, { 'content-type': 'application/json', 'x-echo': 'yes' }).end(text);
  };
}

/** Never answers. */
export const hang: Reply = () => undefined;

/** Begins an answer and never ends it. */
export const stall: Reply = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"data":');
};

/** Cuts the connection once the request has been read. */
export const reset: Reply = (_request, response) => {
  response.socket?.resetAndDestroy();
};

/** Promises more bytes than it sends, then closes. */
export const cutShort: Reply = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
  response.write('{"data":', () => {
    response.socket?.destroy();
  });
};

/** Milliseconds that a test gives a call: what never answers costs them in full, and anything else answers long before, however slow the machine. */
export function deadlineOf(reply: Reply): number {
  return reply === hang || reply === stall ? 1000 : 30_000;
}
