import { type Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import {
  AdminKeyService,
  AdminSessionService,
  ApiKeyService,
  LedgerKeys,
  TenantService,
  WebhookDispatcher,
  Workers,
} from '@gatehouse/core';
import {
  type Clock,
  type Database,
  findProjectRoot,
  type GatewayConfig,
  type Ids,
  type Log,
  type MasterKeys,
  NestLog,
  type RandomSource,
  SharedClock,
  SystemIds,
  SystemRandom,
} from '@gatehouse/platform';
import { type NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';

import { AppModule, type AppOptions } from './app.module.js';
import { CONNECTION_LIMITS, type ConnectionLimits, limitConnections } from './http/connection-limits.js';
import { fastifyAdapter, prepareFastify } from './http/fastify.js';
import { ApiDocument } from './http/openapi/api-document.js';
import { describeApi } from './http/openapi/describe-api.js';
import { ProblemFilter } from './http/problems/problem.filter.js';
import { RATE_LIMITS, type RateLimitOptions } from './http/rate-limits.js';
import { RouteTable } from './http/route-table.js';
import { UnusedConnections } from './http/unused-connections.js';
import { cannotListen, requireFreePort } from './free-port.js';

const SWEEP_MS = 50;
/** For what follows on requests that are cut off. */
const CUT_OFF_GRACE_MS = 1_000;

export interface GatewayDependencies {
  readonly config: GatewayConfig;
  /** Migrated. Stays open when the gateway stops: who opened it closes it. */
  readonly database: Database;
  readonly masterKeys: MasterKeys;
  readonly log: Log;
  readonly clock?: Clock;
  readonly ids?: Ids;
  readonly random?: RandomSource;
  readonly rateLimits?: RateLimitOptions;
  readonly connectionLimits?: ConnectionLimits;
  /** Where the built console is; absent: where `npm run build` leaves it. */
  readonly consoleFolder?: string;
  /** The providers of this deployment; absent: all that this repository has. */
  readonly providers?: NonNullable<AppOptions['providers']>;
}

/** A gateway that listens. */
export interface Gateway {
  /** Where it listens. */
  readonly port: number;
  readonly publicUrl: string;
  /** Method and pattern of every route, for tests. */
  readonly routes: RouteTable;
  /** The first admin key, when this start made one. Never to be had again. */
  readonly newAdminKey: string | null;
  /** Stops accepting, finishes what is under way within the configured time, then cuts it off. */
  stop(): Promise<void>;
}

/** Puts the gateway together, listens, and begins to work as its role says. Throws StartError. */
export async function createGateway(dependencies: GatewayDependencies): Promise<Gateway> {
  const { database, masterKeys, log } = dependencies;
  const config = await placeOf(dependencies.config);
  const routes = new RouteTable();
  const filter = new ProblemFilter({ publicUrl: config.publicUrl, routes, log });
  const connectionLimits = dependencies.connectionLimits ?? CONNECTION_LIMITS;
  const shared = new SharedClock(database.across, log);
  const clock = dependencies.clock ?? shared;
  if (clock === shared) await shared.start();
  const nestOptions: Pick<NestApplicationOptions, 'logger' | 'bodyParser' | 'abortOnError'> = {
    logger: new NestLog(log),
    bodyParser: false,
    abortOnError: false,
  };
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot({
      config,
      database,
      masterKeys,
      log,
      clock,
      ids: dependencies.ids ?? new SystemIds(clock),
      random: dependencies.random ?? new SystemRandom(),
      ...(dependencies.providers !== undefined && { providers: dependencies.providers }),
    }),
    fastifyAdapter(filter, connectionLimits),
    nestOptions,
  );
  app.useGlobalFilters(filter);
  const apiKeys = app.get(ApiKeyService);
  const adminSessions = app.get(AdminSessionService);
  const consoleFolder = dependencies.consoleFolder ?? join(findProjectRoot(), 'dist', 'console');
  const rateLimits = dependencies.rateLimits ?? RATE_LIMITS;
  const { maxConcurrentRequests, maxEventLoopDelayMs } = config;
  await prepareFastify(app, {
    log,
    routes,
    rateLimits,
    apiKeys,
    adminSessions,
    consoleFolder,
    maxConcurrentRequests,
    maxEventLoopDelayMs,
    connectionLimits,
  });
  app.get(ApiDocument).describe(() => describeApi(app, config.publicUrl));

  limitConnections(app.getHttpServer(), config.maxConnections, { log, clock });
  const unused = new UnusedConnections(app.getHttpServer());
  let newAdminKey: string | null;
  try {
    await app.get(TenantService).ensureSystemKeys();
    await app.get(LedgerKeys).ensure();
    newAdminKey = await app.get(AdminKeyService).ensure();
    await app.listen({ host: config.host, port: config.port }).catch((error: unknown) => {
      // Taken since it was found free.
      throw cannotListen(error, 'PORT');
    });
  } catch (error) {
    shared.stop();
    await app.close();
    throw error;
  }
  if (config.role !== 'api') {
    app.get(Workers).start();
    app.get(WebhookDispatcher).start();
  }
  return {
    port: config.port,
    publicUrl: config.publicUrl,
    routes,
    newAdminKey,
    stop: () =>
      stop(app, unused, config.shutdownTimeoutMs, log).finally(() => {
        shared.stop();
      }),
  };
}

/** The port has to be known before the first webhook URL is made, so a free one is chosen here. */
async function placeOf(config: GatewayConfig): Promise<GatewayConfig> {
  const port = await requireFreePort(config.host, config.port);
  if (config.port !== 0) return config;
  return { ...config, port, publicUrl: config.publicUrl.replace(/:0$/, `:${port}`) };
}

async function stop(
  app: NestFastifyApplication,
  unused: UnusedConnections,
  timeoutMs: number,
  log: Log,
): Promise<void> {
  const server: Server = app.getHttpServer();
  // Nobody new from here on, while the workers and the requests at hand come to their end.
  server.close();
  // Connections of requests that end now stay open for a next one, and would be waited for.
  const sweep = setInterval(() => {
    server.closeIdleConnections();
    unused.close();
  }, SWEEP_MS);
  const cutOff = setTimeout(() => {
    log.warn('requests were cut off at the end of the shutdown timeout');
    server.closeAllConnections();
  }, timeoutMs);
  try {
    await Promise.race([app.close(), delay(timeoutMs + CUT_OFF_GRACE_MS, undefined, { ref: false })]);
  } finally {
    clearInterval(sweep);
    clearTimeout(cutOff);
  }
}
