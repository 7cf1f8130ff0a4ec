import { setTimeout as delay } from 'node:timers/promises';

import { eventually } from '../../support/eventually.js';
import { type Side, type Which } from '../../support/postgres-proxy.js';
import { type KillCase } from './kill-case.js';

/** Where the gateway is kept: it cannot go on before it is released. */
export interface Stop {
  /** Resolves when it is there, with the database's process whose session is held; null: none is. */
  readonly reached: () => Promise<number | null>;
  readonly release: () => void;
}

const PATIENCE_MS = 30_000;

/** At a statement, before it is done or before it is known that it is done. */
export function atStatement({ world }: KillCase, which: Which, side: Side): Stop {
  const hold = world.database.hold(which, side);
  return {
    reached: async () =>
      (await inTime(hold.held, `nobody came to the statement that is held ${which.toString()}`)).backend,
    release: () => {
      hold.release();
    },
  };
}

/** In a call to the vendor, before it arrives or when it has taken effect. */
export function atVendor({ account }: KillCase, path: string, side: Side): Stop {
  const hold = side === 'before' ? account.hold(path) : account.holdAnswer(path);
  return {
    reached: async () => {
      await eventually(() => {
        if (hold.waiting() === 0) throw new Error(`nobody called ${path}`);
      });
      return null;
    },
    release: () => {
      hold.release();
    },
  };
}

/** In a call to the tenant's endpoint, when the message was accepted. */
export function atReceiver({ world, endpointPath }: KillCase): Stop {
  const hold = world.receiver.holdAnswer(endpointPath);
  return {
    reached: async () => {
      await inTime(hold.held, 'no message came to the endpoint');
      return null;
    },
    release: () => {
      hold.release();
    },
  };
}

async function inTime<T>(expected: Promise<T>, otherwise: string): Promise<T> {
  const tooLate = new AbortController();
  const patience = delay(PATIENCE_MS, undefined, { signal: tooLate.signal }).then(() => {
    throw new Error(otherwise);
  });
  // Ended by us: of no interest.
  patience.catch(() => undefined);
  try {
    return await Promise.race([expected, patience]);
  } finally {
    tooLate.abort();
  }
}
