import { CoreModule, requireMasterKey } from '@gatehouse/core';
import {
  connectDatabase,
  gatewayConfig,
  loadMasterKeys,
  Log,
  SharedClock,
  startEmbeddedPostgres,
  SystemIds,
  SystemRandom,
} from '@gatehouse/platform';
import { ProvidersModule } from '@gatehouse/providers';
import { type INestApplicationContext } from '@nestjs/common';
import { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import { NestFactory } from '@nestjs/core';

/** For an operator's command: the core on the gateway's database, without HTTP and without workers of its own. */
export async function withCore(work: (core: INestApplicationContext) => Promise<unknown>): Promise<void> {
  const config = gatewayConfig();
  const log = new Log({ level: 'warn', destination: process.stderr });
  const masterKeys = await loadMasterKeys(config);
  const postgres =
    config.databaseUrl === null ? await startEmbeddedPostgres({ dataDir: config.dataDir }) : null;
  const url = config.databaseUrl ?? postgres?.databaseUrl ?? '';
  try {
    const database = await connectDatabase(url, { poolSize: 6, sessions: config.databaseSessions, log });
    const clock = new SharedClock(database.across, log);
    try {
      await clock.start();
      await requireMasterKey(database, masterKeys);
      const module = CoreModule.forRoot({
        imports: [ProvidersModule.forRoot({ allowPrivateNetworks: config.allowPrivateNetworks })],
        database,
        config,
        masterKeys,
        log,
        clock,
        ids: new SystemIds(clock),
        random: new SystemRandom(),
      });
      const quietly = { logger: false, abortOnError: false } as const;
      const core = await NestFactory.createApplicationContext(
        module,
        Object.assign(new NestApplicationContextOptions(), quietly),
      );
      await work(core);
      await core.close();
    } finally {
      clock.stop();
      await database.close();
    }
  } finally {
    await postgres?.stop();
  }
}
