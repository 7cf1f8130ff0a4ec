import { once } from 'node:events';
import { createServer } from 'node:net';

import { StartError } from '@gatehouse/platform';

/** The port, or a free one for 0. Throws StartError with one line, naming `variable`, when it cannot be listened on. */
export async function requireFreePort(host: string, port: number, variable = 'PORT'): Promise<number> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
  } catch (error) {
    throw cannotListen(error, variable);
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** A failure to listen, as a line for the operator that names the variable to change. */
export function cannotListen(error: unknown, variable: string): StartError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return new StartError([lineOf(code, variable)]);
}

function lineOf(code: string, variable: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return `${variable}: is taken by another program`;
    case 'EACCES':
      return `${variable}: may not be listened on by this user`;
    case 'EADDRNOTAVAIL':
      return 'HOST: is not an address of this machine';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'HOST: is not the name of this machine';
    default:
      return `HOST, ${variable}: cannot be listened on (${code})`;
  }
}
