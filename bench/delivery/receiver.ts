import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';

/*
 * The receivers of the bench, in a process of their own, so that what they cost is not taken for the gateway's. A path tells how it
 * is answered: `/slow…` after five seconds, `/dead…` never, any other at once. Asked over IPC, it says what came in since.
 */

/** One message that came in: to which path, which event, and when, in milliseconds of the computer's clock. */
export type Arrival = readonly [path: string, eventId: string, at: number];

const SLOW_MS = 5_000;

let arrivals: Arrival[] = [];

const server = createServer((request, response) => {
  const at = performance.timeOrigin + performance.now();
  const path = request.url ?? '';
  arrivals.push([path, String(request.headers['webhook-id']), at]);
  request.resume();
  request.once('end', () => {
    if (path.startsWith('/dead')) return;
    const answer = (): void => {
      response.writeHead(204).end();
    };
    if (path.startsWith('/slow')) setTimeout(answer, SLOW_MS);
    else answer();
  });
});

process.on('message', () => {
  process.send?.(arrivals);
  arrivals = [];
});
process.once('disconnect', () => {
  server.closeAllConnections();
  server.close();
});

server.listen(0, '127.0.0.1', () => {
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  process.send?.(`http://127.0.0.1:${port}`);
});
