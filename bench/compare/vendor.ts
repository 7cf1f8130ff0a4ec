import { randomBytes, randomUUID } from 'node:crypto';

import { type Layout } from './process/layout.js';
import { type OwnProcess, ownProgram, start } from './process/own-process.js';
import { SPEAKS_TLS } from './trust.js';
import { type Count } from './upstream.js';

/** The vendor that is begun with by one call; the gateway's own account there. */
export const VENDOR = {
  name: 'sentinel',
  basePath: '/sentinel',
  startPath: '/sentinel/clients/encrypt/url',
  credentials: { clientUuid: randomUUID(), clientSecret: randomBytes(12).toString('hex') },
} as const;

export interface Upstream {
  readonly origin: string;
  readonly process: OwnProcess;
  /** From now on each answer takes so long. */
  delay(milliseconds: number): Promise<void>;
  /** Calls of {@link VENDOR.startPath} so far. */
  starts(): Promise<number>;
  close(): Promise<void>;
}

export async function startUpstream(
  layout: Layout,
  { isTls }: { readonly isTls: boolean },
): Promise<Upstream> {
  const process = start({
    layout,
    part: 'rest',
    command: [ownProgram('upstream.js')],
    environment: isTls ? { [SPEAKS_TLS]: 'yes' } : {},
  });
  const { origin } = (await process.first) as { readonly origin: string };
  return {
    origin,
    process,
    async delay(delayMs) {
      await process.ask({ delayMs });
    },
    async starts() {
      return (await process.ask<Count>({})).starts;
    },
    close: () => process.stop(),
  };
}
