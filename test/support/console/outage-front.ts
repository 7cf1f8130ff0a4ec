import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import { type AddressInfo } from 'node:net';

/** What balancers say when nobody behind them answers, in the words of the gateway. */
const OUTAGE = {
  type: 'https://gatehouse.example/problems/overloaded',
  title: 'Too busy',
  status: 503,
  detail: 'The store does not answer at the moment. Try again.',
  code: 'overloaded',
};

/** Stands before a gateway as a balancer does; a test can have it answer in the gateway's place. */
export interface OutageFront {
  /** To be called instead of the gateway's. */
  readonly origin: string;
  /** From now on `/admin/v1` answers 503, under this request id. Pages and scripts still come. */
  fail(requestId: string): void;
  /** From now on connections of `/admin/v1` are cut off without an answer. */
  hangUp(): void;
  recover(): void;
  /** The header fields with which this path was asked for last. */
  heard(path: string): IncomingHttpHeaders | undefined;
  close(): Promise<void>;
}

export async function openOutageFront(target: string): Promise<OutageFront> {
  let state: 'well' | 'hung up' | { readonly requestId: string } = 'well';
  const heard = new Map<string, IncomingHttpHeaders>();
  const server = createServer((incoming, answer) => {
    const path = incoming.url ?? '/';
    heard.set(path, incoming.headers);
    if (path.startsWith('/admin/v1') && state !== 'well') {
      incoming.resume();
      if (state === 'hung up') {
        answer.destroy();
        return;
      }
      answer.writeHead(OUTAGE.status, {
        'content-type': 'application/problem+json',
        'retry-after': '1',
        'x-request-id': state.requestId,
      });
      answer.end(JSON.stringify({ ...OUTAGE, requestId: state.requestId }));
      return;
    }
    const { method = 'GET', headers } = incoming;
    const outgoing = request(target + path, { method, headers });
    outgoing.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
      response.on('error', () => answer.destroy());
    });
    outgoing.on('error', () => answer.destroy());
    answer.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    fail(requestId) {
      state = { requestId };
    },
    hangUp() {
      state = 'hung up';
    },
    recover() {
      state = 'well';
    },
    heard: (path) => heard.get(path),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
