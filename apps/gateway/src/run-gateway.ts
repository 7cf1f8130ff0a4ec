import { requireMasterKey } from '@gatehouse/core';
import {
  connectDatabase,
  type Database,
  type EmbeddedPostgres,
  type GatewayConfig,
  loadMasterKeys,
  type Log,
  migrate,
  startEmbeddedPostgres,
} from '@gatehouse/platform';

import { requireFreePort } from './free-port.js';
import { createGateway, type Gateway } from './gateway.js';

/** What a start has opened so far, to be closed in the opposite order. */
interface Opened {
  postgres?: EmbeddedPostgres;
  database?: Database;
  gateway?: Gateway;
}

/** A gateway with everything it stands on. */
export interface RunningGateway {
  readonly gateway: Gateway;
  /** Drains the gateway, then closes what it stood on. */
  stop(): Promise<void>;
}

/**
 * Opens the database (the embedded one where none is configured), brings it up to date, and starts the gateway on it. Throws
 * StartError with lines for the operator; nothing is left open then.
 */
export async function runGateway(config: GatewayConfig, log: Log): Promise<RunningGateway> {
  const opened: Opened = {};
  try {
    const gateway = await open(config, log, opened);
    return { gateway, stop: () => close(opened) };
  } catch (error) {
    // The reason for the failed start is what the operator has to see, whatever the clean-up meets.
    await close(opened).catch((failure: unknown) => {
      log.error('the clean-up after a failed start failed', { error: failure });
    });
    throw error;
  }
}

async function open(config: GatewayConfig, log: Log, opened: Opened): Promise<Gateway> {
  // Before anything is started that would have to be stopped again.
  await requireFreePort(config.host, config.port, 'PORT');
  const masterKeys = await loadMasterKeys(config);
  const url = config.databaseUrl ?? (await embedded(config, opened));
  // Before the first session: it acts in roles that the migrations make.
  await migrate(config.migrationDatabaseUrl ?? url, log);
  const database = await connectDatabase(url, {
    poolSize: config.databasePoolSize,
    sessions: config.databaseSessions,
    log,
  });
  opened.database = database;
  await requireMasterKey(database, masterKeys);
  opened.gateway = await createGateway({ config, database, masterKeys, log });
  return opened.gateway;
}

async function embedded(config: GatewayConfig, opened: Opened): Promise<string> {
  opened.postgres = await startEmbeddedPostgres({ dataDir: config.dataDir });
  return opened.postgres.databaseUrl;
}

async function close(opened: Opened): Promise<void> {
  await opened.gateway?.stop();
  await opened.database?.close();
  await opened.postgres?.stop();
}
