import { join } from 'node:path';

import { findProjectRoot } from '@gatehouse/platform';

import { unusedPort } from '../../test/support/gateway-process.js';
import { written } from './contestants/environment.js';
import { type Databases } from './databases.js';
import { ready, startGateway } from './gateway.js';
import { type Kind } from './generator/requests.js';
import { type Entrant } from './names.js';
import { type Options } from './options.js';
import { fronted } from './process/fronted.js';
import { watched } from './process/held-up.js';
import { type Layout } from './process/layout.js';
import { type OwnProcess, ownProgram, start } from './process/own-process.js';
import { type Upstream, VENDOR } from './vendor.js';

/** A server that is measured. */
export interface Contestant {
  readonly name: Entrant;
  readonly origin: string;
  readonly process: OwnProcess;
  /** Whose CPU time it needs, each with its children's. */
  readonly pids: readonly number[];
  /** Null for those that store nothing. */
  readonly databaseUrl: string | null;
  /** What it is asked for where verifications are created. */
  readonly creates: Extract<Kind, 'create' | 'chat' | 'direct'>;
}

/** As the gateway has it unless it is told otherwise. */
const POOL_SIZE = 10;

interface Surroundings {
  readonly layout: Layout;
  readonly databases: Databases;
  readonly upstream: Upstream;
  readonly options: Options;
  readonly trusting: Readonly<Record<string, string>>;
}

/** Starts one on a database of its own; the vendor has been started. */
export async function startContestant(name: Entrant, surroundings: Surroundings): Promise<Contestant> {
  const server = await startServer(name, surroundings);
  const { layout, options } = surroundings;
  return options.isTls
    ? { ...server, ...(await fronted(layout, server)) }
    : { ...server, pids: [server.process.pid] };
}

async function startServer(
  name: Entrant,
  { layout, databases, upstream, options, trusting }: Surroundings,
): Promise<Omit<Contestant, 'pids'>> {
  switch (name) {
    case 'ours': {
      const databaseUrl = await databases.copy(name, { isOpen: false });
      const { origin, process } = await startGateway(layout, databaseUrl, options, trusting);
      return { name, origin, process, databaseUrl, creates: 'create' };
    }
    case 'b0':
    case 'b1':
    case 't': {
      const databaseUrl = await databases.copy(name, { isOpen: true });
      const process = start({
        layout,
        part: 'server',
        command: watched([ownProgram(PROGRAMS[name])]),
        environment: {
          ...trusting,
          ...written({
            databaseUrl,
            poolSize: POOL_SIZE,
            vendorOrigin: upstream.origin,
            vendorPath: VENDOR.startPath,
            vendorCredentials: VENDOR.credentials,
            returnUrl: `http://127.0.0.1:30000/return/${'r'.repeat(RETURN_TOKEN)}`,
          }),
        },
      });
      const { origin } = (await process.first) as { readonly origin: string };
      return { name, origin, process, databaseUrl, creates: 'create' };
    }
    case 'g': {
      const port = await unusedPort();
      const origin = `http://127.0.0.1:${port}`;
      const process = start({
        layout,
        part: 'server',
        command: watched([join(findProjectRoot(), PORTKEY), '--headless', `--port=${port}`]),
      });
      await ready(origin, performance.now() + 60_000);
      return { name, origin, process, databaseUrl: null, creates: 'chat' };
    }
    case 'direct': {
      // Always awake, for all others call it, and stopped by who has started it.
      const process = { ...upstream.process, freeze: ignore, thaw: ignore, stop: () => Promise.resolve() };
      return { name, origin: upstream.origin, process, databaseUrl: null, creates: 'direct' };
    }
  }
}

function ignore(): void {
  // There is nothing to do.
}

const PROGRAMS = {
  b0: 'contestants/b0.js',
  b1: 'contestants/b1.js',
  t: 'contestants/typical/main.js',
} as const;
const PORTKEY = 'node_modules/@portkey-ai/gateway/build/start-server.js';
const RETURN_TOKEN = 66;
