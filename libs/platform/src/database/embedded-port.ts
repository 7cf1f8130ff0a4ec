import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { StartError } from '../start-error.js';

/** The wanted port (0: none in particular), else the one of last time, else any that is free. Throws StartError. */
export async function choosePort(wanted: number, last: number | null): Promise<number> {
  if (wanted !== 0) {
    if (await isFree(wanted)) return wanted;
    throw new StartError([`embedded PostgreSQL: port ${wanted} is taken`]);
  }
  return last !== null && (await isFree(last)) ? last : freePort();
}

async function isFree(port: number): Promise<boolean> {
  try {
    await freePort(port);
    return true;
  } catch {
    // Taken, or not ours to take: either way not to be used.
    return false;
  }
}

/** Rejects when the given port cannot be listened on. */
async function freePort(port = 0): Promise<number> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return address.port;
}
