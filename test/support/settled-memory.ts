import { readFileSync } from 'node:fs';

import { WebSocket } from 'undici';

import { type GatewayProcess } from './gateway-process.js';

/** For the environment of a gateway whose memory is to be measured: its inspector, on a free port of this computer. */
export const INSPECTED = { NODE_OPTIONS: '--inspect=127.0.0.1:0' } as const;

const ADDRESS = /^Debugger listening on (ws:\/\/\S+)$/m;

/**
 * Resident memory of a process in MB once its garbage is collected: what is left is held. Without that, how long Node puts off
 * collecting decides the figure. Null where the system does not tell.
 */
export async function settledMb(gateway: GatewayProcess): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  const address = ADDRESS.exec(gateway.stderr())?.[1];
  if (address === undefined) throw new Error('the process has no inspector');
  // What the first round frees, the second gives back to the system.
  await call(address, 'HeapProfiler.collectGarbage');
  await call(address, 'HeapProfiler.collectGarbage');
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

function call(address: string, method: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address);
    socket.addEventListener('open', () => {
      socket.send(JSON.stringify({ id: 1, method }));
    });
    socket.addEventListener('message', ({ data }) => {
      socket.close();
      if ('error' in (JSON.parse(String(data)) as object)) reject(new Error(`${method} was refused`));
      else resolve();
    });
    socket.addEventListener('error', () => {
      reject(new Error('the inspector cannot be reached'));
    });
  });
}
