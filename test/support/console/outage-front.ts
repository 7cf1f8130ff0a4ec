import { EventEmitter, once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
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
  /** From now on `/admin/v1` waits for its answer, until it fails or recovers. Resolves once somebody waits. */
  hold(): Promise<void>;
  recover(): void;
  /** The header fields with which this path was asked for last. */
  heard(path: string): IncomingHttpHeaders | undefined;
  close(): Promise<void>;
}

export async function openOutageFront(target: string): Promise<OutageFront> {
  let state: 'well' | 'hung up' | 'held' | { readonly requestId: string } = 'well';
  const heard = new Map<string, IncomingHttpHeaders>();
  const holding = new EventEmitter();
  const server = createServer((incoming, answer) => {
    heard.set(incoming.url ?? '/', incoming.headers);
    pass(incoming, answer);
  });
  const pass = (incoming: IncomingMessage, answer: ServerResponse): void => {
    const path = incoming.url ?? '/';
    if (path.startsWith('/admin/v1') && state !== 'well') {
      if (state === 'held') {
        holding.once('end', () => {
          pass(incoming, answer);
        });
        holding.emit('waiting');
        return;
      }
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
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    fail(requestId) {
      state = { requestId };
      holding.emit('end');
    },
    hangUp() {
      state = 'hung up';
    },
    async hold() {
      state = 'held';
      await once(holding, 'waiting');
    },
    recover() {
      state = 'well';
      holding.emit('end');
    },
    heard: (path) => heard.get(path),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
