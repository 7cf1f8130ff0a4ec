import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';

import { registerControl } from './control/control.routes.js';
import { registerControlPages } from './control/page.routes.js';
import { type StartingAccounts } from './demo-accounts.js';
import { DentityTwin } from './dentity/dentity.twin.js';
import { sendIndex } from './index.page.js';
import { Journal } from './kit/journal.js';
import { Timers } from './kit/timers.js';
import { type Twin, type TwinServices } from './kit/twin.js';
import { WebhookSender } from './kit/webhook-sender.js';
import { SardineTwin } from './sardine/sardine.twin.js';
import { SentinelTwin } from './sentinel/sentinel.twin.js';

export type TwinClass = new (services: TwinServices, strangers: Journal) => Twin;

/** The vendors that are stood in for. A new one is its folder and one line here. */
export const EVERY_TWIN: readonly TwinClass[] = [SentinelTwin, SardineTwin, DentityTwin];

export interface SimulatorOptions {
  readonly twins?: readonly TwinClass[];
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
}

const AUTO_DELAY_MS = 300;

/** One HTTP server that stands in for all of them. */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const app = Fastify({ bodyLimit: 5 * 1024 * 1024, forceCloseConnections: true });
  const timers = new Timers();
  const webhooks = new WebhookSender(timers);
  const strangers = new Journal();
  const publicUrl = options.publicUrl?.replace(/(?<!\/)\/+$/, '');
  const origin = (request: FastifyRequest): string => publicUrl ?? `${request.protocol}://${request.host}`;
  const services = {
    timers,
    webhooks,
    autoDelayMs: options.autoDelayMs ?? AUTO_DELAY_MS,
    wallClock: options.wallClock ?? Date.now,
    origin,
  };
  const twins = (options.twins ?? EVERY_TWIN).map((Kind) => new Kind(services, strangers));
  const starting: Readonly<Record<string, readonly unknown[] | undefined>> = { ...options.accounts };

  const reset = (): void => {
    strangers.clear();
    for (const twin of twins) {
      twin.forgetAccounts();
      for (const account of starting[twin.name] ?? []) twin.putAccount(account);
    }
  };
  reset();

  for (const twin of twins) twin.registerRoutes(app);
  const baseUrl = (request: FastifyRequest, twin: Twin): string => origin(request) + twin.basePath;
  registerControl(app, { twins, strangers, baseUrl, reset });
  registerControlPages(app, twins, reset);
  app.get('/', (request, reply) => sendIndex(reply, twins, (twin) => baseUrl(request, twin)));
  app.get('/health', (_request, reply) => reply.send({ status: 'ok' }));

  app.addHook('preClose', async () => {
    timers.close();
    await webhooks.close();
  });
  return { app };
}
