import { migrationConfig } from '../config.js';
import { Log } from '../log/log.js';
import { runProgram } from '../program.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { migrate } from './migrations.js';

/* `npm run migrate`: applies what is missing to DATABASE_URL, or to the embedded database under DATA_DIR. */
await runProgram(async () => {
  const config = migrationConfig();
  const embedded = config.databaseUrl === null ? await startEmbeddedPostgres(config) : null;
  try {
    const url = config.databaseUrl ?? embedded?.databaseUrl ?? '';
    const { applied } = await migrate(url, new Log({ level: 'warn' }));
    const lines = applied.length === 0 ? ['nothing to apply'] : applied.map((name) => `applied ${name}`);
    process.stdout.write(`${lines.join('\n')}\n`);
  } finally {
    await embedded?.stop();
  }
});
