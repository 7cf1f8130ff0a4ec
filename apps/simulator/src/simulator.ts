import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';

import { registerControl } from './control/control.routes.js';
import { registerControlPages } from './control/page.routes.js';
import { type StartingAccounts } from './demo-accounts.js';
import { DentityTwin } from './dentity/dentity.twin.js';
import { sendIndex } from './index.page.js';
import { Journal } from './kit/journal.js';
import { Timers } from './kit/timers.js';
import { type Twin } from './kit/twin.js';
import { WebhookSender } from './kit/webhook-sender.js';
import { SardineTwin } from './sardine/sardine.twin.js';
import { SentinelTwin } from './sentinel/sentinel.twin.js';

export interface SimulatorOptions {
  /** Accounts to start with, and to go back to at `POST /control/reset`. More are made by the control API. */
  readonly accounts?: StartingAccounts;
  /** Where browsers reach the simulator; absent: the host that the API was called on. */
  readonly publicUrl?: string;
  /** How long a magic person takes to finish by itself, in milliseconds of real time. */
  readonly autoDelayMs?: number;
  /** The time that every account's clock starts from, in milliseconds. */
  readonly wallClock?: () => number;
}

export interface Simulator {
  /** Not listening yet: `await app.listen({ port: 0 })`. Closing it also ends its timers and webhooks. */
  readonly app: FastifyInstance;
  readonly twins: {
    readonly sentinel: SentinelTwin;
    readonly sardine: SardineTwin;
    readonly dentity: DentityTwin;
  };
}

const AUTO_DELAY_MS = 300;

/** One HTTP server that stands in for Sentinel, Sardine and Dentity. */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const app = Fastify({ bodyLimit: 5 * 1024 * 1024, forceCloseConnections: true });
  const timers = new Timers();
  const webhooks = new WebhookSender(timers);
  const strangers = new Journal();
  const publicUrl = options.publicUrl?.replace(/\/+$/, '');
  const origin = (request: FastifyRequest): string => publicUrl ?? `${request.protocol}://${request.host}`;
  const services = {
    timers,
    webhooks,
    autoDelayMs: options.autoDelayMs ?? AUTO_DELAY_MS,
    wallClock: options.wallClock ?? Date.now,
    origin,
  };
  const twins = {
    sentinel: new SentinelTwin(services, strangers),
    sardine: new SardineTwin(services, strangers),
    dentity: new DentityTwin(services, strangers),
  };
  const all: readonly Twin[] = Object.values(twins);

  const reset = (): void => {
    strangers.clear();
    for (const twin of all) {
      twin.forgetAccounts();
      for (const account of options.accounts?.[twin.name] ?? []) twin.putAccount(account);
    }
  };
  reset();

  for (const twin of all) twin.registerRoutes(app);
  const baseUrl = (request: FastifyRequest, twin: Twin): string => origin(request) + twin.basePath;
  registerControl(app, { twins: all, strangers, baseUrl, reset });
  registerControlPages(app, all, reset);
  app.get('/', (request, reply) => sendIndex(reply, all, (twin) => baseUrl(request, twin)));
  app.get('/health', (_request, reply) => reply.send({ status: 'ok' }));

  app.addHook('preClose', async () => {
    timers.close();
    await webhooks.close();
  });
  return { app, twins };
}
