import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { GATEWAY_ARGUMENTS, GATEWAY_ENVIRONMENT, unusedPort } from '../../test/support/gateway-process.js';
import { type Options } from './options.js';
import { watched } from './process/held-up.js';
import { type Layout } from './process/layout.js';
import { type OwnProcess, start } from './process/own-process.js';

/** The gateway just as `npm run gateway` starts it, with what an operator sets. */
export interface Gateway {
  readonly origin: string;
  readonly process: OwnProcess;
  /** From the start of the process to the first 200 of /health/ready. */
  readonly readyAfterMs: number;
}

/** The same each time, so that what one process has sealed another opens. */
const MASTER_KEY = randomBytes(32).toString('base64');
export const ADMIN_KEY = `gk_admin_${randomBytes(20).toString('hex')}`;

const READY_MS = 60_000;
const LOOK_EVERY_MS = 5;

export async function startGateway(
  layout: Layout,
  databaseUrl: string,
  { profile }: Pick<Options, 'profile'>,
  /** Variables that an operator sets for a machine of this kind. */
  settings: Readonly<Record<string, string>> = {},
): Promise<Gateway> {
  const port = await unusedPort();
  const origin = `http://127.0.0.1:${port}`;
  const began = performance.now();
  const process = start({
    layout,
    part: 'server',
    command: [
      ...(profile === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
      ...watched(GATEWAY_ARGUMENTS),
    ],
    environment: {
      ...GATEWAY_ENVIRONMENT,
      DATABASE_URL: databaseUrl,
      MASTER_KEY,
      ADMIN_API_KEY: ADMIN_KEY,
      PORT: String(port),
      PUBLIC_URL: origin,
      // The vendor and the receiver are on this computer.
      ALLOW_PRIVATE_NETWORKS: 'true',
      ...settings,
    },
  });
  await ready(`${origin}/health/ready`, began + READY_MS);
  return { origin, process, readyAfterMs: performance.now() - began };
}

/** Rejects when nobody has answered with 200 by `deadline`. */
export async function ready(url: string, deadline: number): Promise<void> {
  for (;;) {
    try {
      const { status } = await fetch(url);
      if (status === 200) return;
    } catch {
      // Nobody listens yet.
    }
    if (performance.now() > deadline) throw new Error(`${url} is not answered`);
    await delay(LOOK_EVERY_MS);
  }
}
