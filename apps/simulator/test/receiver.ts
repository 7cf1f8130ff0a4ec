import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo } from 'node:net';

export interface ReceivedCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly calls: readonly ReceivedCall[];
  /** Resolves with the first call, past or future, that matches. */
  waitFor(matches: (call: ReceivedCall) => boolean): Promise<ReceivedCall>;
  close(): Promise<void>;
}

/** A webhook receiver that keeps the exact bytes and answers with one status. */
export async function startReceiver(status = 200): Promise<Receiver> {
  const calls: ReceivedCall[] = [];
  const waiting = new Set<(call: ReceivedCall) => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const call = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
      calls.push(call);
      response.writeHead(status).end();
      for (const tell of [...waiting]) tell(call);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    waitFor(matches) {
      const past = calls.find(matches);
      if (past !== undefined) return Promise.resolve(past);
      const { promise, resolve } = Promise.withResolvers<ReceivedCall>();
      const tell = (call: ReceivedCall): void => {
        if (!matches(call)) return;
        waiting.delete(tell);
        resolve(call);
      };
      waiting.add(tell);
      return promise;
    },
    async close() {
      server.closeAllConnections();
      const { promise, resolve } = Promise.withResolvers<undefined>();
      server.close(() => {
        resolve(undefined);
      });
      await promise;
    },
  };
}
