import { type Layout } from './layout.js';
import { type OwnProcess, ownProgram, start } from './own-process.js';

/** In the environment of what stands before a server: the server's origin. */
export const FRONT_OF = 'BENCH_FRONT_OF';

/** A server and what ends TLS before it, frozen and stopped together. */
export async function fronted(
  layout: Layout,
  server: { readonly origin: string; readonly process: OwnProcess },
): Promise<{ readonly origin: string; readonly process: OwnProcess; readonly pids: readonly number[] }> {
  const front = start({
    layout,
    part: 'server',
    command: [ownProgram('process/tls-front.js')],
    environment: { [FRONT_OF]: server.origin },
  });
  const { origin } = (await front.first) as { readonly origin: string };
  const both = [front, server.process];
  const process = {
    ...server.process,
    freeze: () => {
      for (const each of both) each.freeze();
    },
    thaw: () => {
      for (const each of both) each.thaw();
    },
    stop: async () => {
      for (const each of both) await each.stop();
    },
  };
  return { origin, process, pids: both.map(({ pid }) => pid) };
}
