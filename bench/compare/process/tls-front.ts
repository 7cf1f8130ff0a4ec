import { connect, type AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { createServer } from 'node:tls';

import { CERTIFICATES } from '../../../libs/providers/test/certificates.js';
import { FRONT_OF } from './fronted.js';

/*
 * What stands before a server that has no TLS of its own: each connection of a caller is one to the server. A process of its own, on the
 * server's core.
 */

const { hostname: host, port } = new URL(process.env[FRONT_OF] ?? '');

const front = createServer({ ...CERTIFICATES.good, noDelay: true }, (caller) => {
  const server = connect({ host, port: Number(port), noDelay: true });
  // Where one side ends, with an error or without, so does the other; whoever has waited for an answer tells of it.
  pipeline(caller, server, caller, () => undefined);
});

process.once('disconnect', () => {
  process.exit();
});

front.listen(0, '127.0.0.1', () => {
  // A server that listens on a port has an address of this form. The certificate is for this name.
  process.send?.({ origin: `https://localhost:${(front.address() as AddressInfo).port}` });
});
