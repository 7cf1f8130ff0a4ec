import 'reflect-metadata';

import { CoreModule, Remapper, requireMasterKey } from '@gatehouse/core';
import {
  connectDatabase,
  gatewayConfig,
  loadMasterKeys,
  Log,
  runProgram,
  startEmbeddedPostgres,
  SystemClock,
  SystemIds,
  SystemRandom,
} from '@gatehouse/platform';
import { ProvidersModule } from '@gatehouse/providers';
import { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import { NestFactory } from '@nestjs/core';

import { remapOptions } from './remap-options.js';
import { runRemap } from './run-remap.js';

/** `npm run remap`: what a changed mapping does to what was read before (docs/MAPPING-VERSIONS.md). */
async function main(): Promise<void> {
  const options = remapOptions(process.argv.slice(2));
  const config = gatewayConfig();
  const log = new Log({ level: 'warn', destination: process.stderr });
  const masterKeys = await loadMasterKeys(config);
  const postgres =
    config.databaseUrl === null ? await startEmbeddedPostgres({ dataDir: config.dataDir }) : null;
  const url = config.databaseUrl ?? postgres?.databaseUrl ?? '';
  try {
    const database = await connectDatabase(url, { poolSize: 6, log });
    try {
      await requireMasterKey(database, masterKeys);
      // Its workers are not started: this process does what it was asked to, and no other work.
      const core = CoreModule.forRoot({
        imports: [ProvidersModule.forRoot({ allowPrivateNetworks: config.allowPrivateNetworks })],
        database,
        config,
        masterKeys,
        log,
        clock: new SystemClock(),
        ids: new SystemIds(),
        random: new SystemRandom(),
      });
      const quietly = { logger: false, abortOnError: false } as const;
      const app = await NestFactory.createApplicationContext(
        core,
        Object.assign(new NestApplicationContextOptions(), quietly),
      );
      await runRemap(app.get(Remapper), options, {
        tell: (line) => process.stdout.write(`${line}\n`),
        progress: (line) => process.stderr.write(`${line}\n`),
      });
      await app.close();
    } finally {
      await database.close();
    }
  } finally {
    await postgres?.stop();
  }
}

await runProgram(main);
