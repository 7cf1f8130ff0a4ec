import { type Server } from 'node:http';

import { type Clock, type Log } from '@gatehouse/platform';

/** How long a connection may take for what, and how much. Milliseconds and bytes. */
export interface ConnectionLimits {
  /** For the request line and the header fields. */
  readonly headersMs: number;
  /** For a whole request. */
  readonly requestMs: number;
  /** Between two requests. */
  readonly idleMs: number;
  /** For an answer of which nothing more is taken. */
  readonly stalledMs: number;
  /** For whoever is refused to hang up in turn. */
  readonly partingMs: number;
  /** How often the first two are looked at: they may last so much longer. */
  readonly checkEveryMs: number;
  readonly maxHeaderBytes: number;
  readonly maxRequests: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  // Longer than balancers keep idle connections, so that it is never we who close one that they are about to use.
  idleMs: 72_000,
  // Work that tells how far it is may be silent for a while.
  stalledMs: 120_000,
  partingMs: 2_000,
  checkEveryMs: 2_000,
  maxHeaderBytes: 16 * 1024,
  // So that those who keep theirs for ever come to be spread over new replicas.
  maxRequests: 100_000,
};

/** Smaller answers leave us at once, whether they are read or not. */
export const STALLS_FROM_BYTES = 64 * 1024;

const QUIET_MS = 60_000;

/** Hangs up on who comes when there are `most` connections already. Says so in the log, once a minute. */
export function limitConnections(
  server: Server,
  most: number,
  { log, clock }: { log: Log; clock: Clock },
): void {
  server.maxConnections = most;
  let quietUntil = 0;
  server.on('drop', () => {
    const now = clock.now().getTime();
    if (now < quietUntil) return;
    quietUntil = now + QUIET_MS;
    log.warn('connections are refused: there are too many', { count: most });
  });
}
